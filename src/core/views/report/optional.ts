/** A field that is left out when there is nothing to say. */
export function optional<K extends string, V>(name: K, value: V | undefined | ''): { readonly [P in K]?: V } {
  return value === undefined || value === '' ? {} : ({ [name]: value } as { readonly [P in K]: V });
}
