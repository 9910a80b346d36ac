// The declarations of fdir, which tinyglobby builds on, name this optional package, which comes without its own.
declare module "picomatch";
