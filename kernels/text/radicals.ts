/**
 * Radicals of the Kangxi dictionary and of its supplement, which only an index of a dictionary means, and the Han characters that
 * look the same. Text out of PDF files has them in place of those.
 */

/**
 * The characters for U+2E81 to U+2EF3, the CJK Radicals Supplement, in order; " " where there is none. They are the property
 * Equivalent_Unified_Ideograph of Unicode 15. For Kangxi radicals, it is what NFKC makes of them.
 */
const supplement = Array.from(
  "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑𫜹忄心扌攵 旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑" +
    "艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
);
const firstOfSupplement = 0x2e81;

export const radicalPattern = /[\u2e81-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5]/g;

export const unifiedRadical = (radical: string): string =>
  supplement[radical.charCodeAt(0) - firstOfSupplement] ?? radical.normalize("NFKC");
