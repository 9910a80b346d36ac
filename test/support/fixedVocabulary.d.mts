export declare function registerFixedVocabulary(): void;
