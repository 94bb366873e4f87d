import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { EffectMap } from '../../src/core/run/effectMap';
import type { Effect } from '../../src/core/run/effect';

/** An effect of which only the id and one other field matter here. */
function effect(id: number, batch: number): Effect {
  return { effectId: `e${id}`, batch } as Effect;
}

/** Each step takes one of the maps that there are by then, and makes another of it. */
const steps = fc.array(
  fc.record({ from: fc.nat(), put: fc.array(fc.tuple(fc.nat(1200), fc.nat(3)), { maxLength: 60 }) }),
  { maxLength: 25 },
);

it('gives what a copied Map would give, whichever of the older maps it is made of', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const maps = [{ ours: EffectMap.empty, plain: new Map<string, Effect>() }];
      for (const { from, put } of all) {
        const before = maps[from % maps.length] ?? expect.fail();
        const effects = put.map(([id, batch]) => effect(id, batch));
        const plain = new Map(before.plain);
        for (const each of effects) plain.set(each.effectId, each);
        maps.push({ ours: before.ours.with(effects), plain });
      }
      for (const { ours, plain } of maps) {
        expect([...ours]).toEqual([...plain]);
        expect(ours.size).toBe(plain.size);
        expect(ours.last).toBe([...plain.values()].at(-1));
        for (let id = 0; id < 1200; id += 7) expect(ours.get(`e${id}`)).toBe(plain.get(`e${id}`));
      }
    }),
    { numRuns: 60 },
  );
});

it('is the same map when nothing was put into it, and shares nothing with other runs', () => {
  const some = EffectMap.empty.with([effect(1, 1)]);
  expect(some.with([])).toBe(some);
  expect(EffectMap.empty.with([])).toBe(EffectMap.empty);
  expect(EffectMap.empty.get('e1')).toBeUndefined();
  expect([...EffectMap.empty.with([effect(2, 1)])]).toEqual([['e2', effect(2, 1)]]);
});

it('is the same when it was kept as text, and reads no text until somebody looks into it', () => {
  const map = EffectMap.empty.with(Array.from({ length: 1300 }, (_, i) => effect(i, i % 3)));
  const texts = [...map.texts()];
  expect(texts).toHaveLength(3);
  const kept = (): EffectMap => EffectMap.kept(texts, map.size);
  expect([...kept()]).toEqual([...map]);
  expect([kept().get('e1299'), kept().get('e1300'), kept().last]).toEqual([map.last, undefined, map.last]);
  expect([...kept().with([effect(7, 9)])]).toEqual([...map.with([effect(7, 9)])]);
  const loaded = kept();
  expect([...loaded.load()]).toHaveLength(3);
  expect([...loaded]).toEqual([...map]);
  expect(EffectMap.kept([], 0)).toBe(EffectMap.empty);

  const broken = EffectMap.kept(['no JSON'], 1);
  expect([broken.size, [...broken.texts()]]).toEqual([1, ['no JSON']]);
  expect(() => broken.get('e1')).toThrow(SyntaxError);
});
