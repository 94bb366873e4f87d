/** Why nothing can be done with a run as it was. */
export const whyNotThen = 'This is the past: nothing can be answered or done here. Go back to now for that.';
