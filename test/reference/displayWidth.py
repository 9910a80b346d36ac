"""Prints test/reference/displayWidth.json: columns of texts by the package wcwidth, and the wide characters of Python's Unicode data.
usage: python3 test/reference/displayWidth.py > test/reference/displayWidth.json"""
import json
import unicodedata
from importlib.metadata import version
from wcwidth import wcswidth

TEXTS = ["garden", "naïve", "nai\u0308ve", "Übung", "母亲", "哈利·波特", "B站", "ｆｕｌｌ", "ﾊﾝｶｸ", "カタカナ", "ひらがな", "한국어", "、。「」", "привет", "λόγος", "سلام", "שלום", "ไทย", "a\u200bb", "😀", "☃ ★ ✓", "→ ─ █", "𠮷野家", "①②", "℃", "«»", "\u3000", "⿰", "々〆"]

wide = []
for code in range(0x110000):
    character = chr(code)
    if unicodedata.east_asian_width(character) not in "WF" or unicodedata.category(character)[0] in "CM":
        continue
    if wide and wide[-1][1] == code - 1:
        wide[-1][1] = code
    else:
        wide.append([code, code])
made = {
    "made": f"test/reference/displayWidth.py, wcwidth {version('wcwidth')}, Unicode {unicodedata.unidata_version} of Python",
    "texts": {text: wcswidth(text) for text in TEXTS},
    "wide": wide,
}
print("{\n" + ",\n".join(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in made.items()) + "\n}")
