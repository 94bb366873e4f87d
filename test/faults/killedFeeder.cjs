// The program that makes runs of forks, to be killed at a step: see killAtStep.cjs.
require('./killAtStep.cjs');
require(process.env.KILLED_FEEDER);
