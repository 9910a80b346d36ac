// A module that inWorkers refuses.
export default 5;
