/** Words of three topics each, to plant: those of a topic are interchangeable, so they share neighbours only with each other. */
export const english = [
  ["river", "water", "boat", "fish", "shore"],
  ["king", "queen", "crown", "throne", "palace"],
  ["bread", "butter", "flour", "oven", "baker"],
];
export const chinese = [
  ["河", "水", "船", "鱼", "岸边"],
  ["国王", "王后", "王冠", "宝座", "宫殿"],
  ["面包", "黄油", "面粉", "烤箱", "厨师"],
];
