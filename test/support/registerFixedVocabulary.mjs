// node --import registerFixedVocabulary.mjs dist/cli/main.js: the command, with the unit.
import { registerFixedVocabulary } from "./fixedVocabulary.mjs";

registerFixedVocabulary();
