import { neural } from "#kernels";
import { itEqualsPyTorch } from "../../support/equalsPyTorch.js";

itEqualsPyTorch(neural.referenceEngine(), 1e-9);
