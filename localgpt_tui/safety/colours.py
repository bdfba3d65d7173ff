"""Colours as pages write them, and whether a person could tell two of them apart."""

import re

from localgpt_tui.safety.lengths import number

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)

_WITH_NAMES = """
    aliceblue=f0f8ff antiquewhite=faebd7 aqua=00ffff aquamarine=7fffd4 azure=f0ffff beige=f5f5dc bisque=ffe4c4
    black=000000 blanchedalmond=ffebcd blue=0000ff blueviolet=8a2be2 brown=a52a2a burlywood=deb887 cadetblue=5f9ea0
    chartreuse=7fff00 chocolate=d2691e coral=ff7f50 cornflowerblue=6495ed cornsilk=fff8dc crimson=dc143c cyan=00ffff
    darkblue=00008b darkcyan=008b8b darkgoldenrod=b8860b darkgray=a9a9a9 darkgreen=006400 darkgrey=a9a9a9
    darkkhaki=bdb76b darkmagenta=8b008b darkolivegreen=556b2f darkorange=ff8c00 darkorchid=9932cc darkred=8b0000
    darksalmon=e9967a darkseagreen=8fbc8f darkslateblue=483d8b darkslategray=2f4f4f darkslategrey=2f4f4f
    darkturquoise=00ced1 darkviolet=9400d3 deeppink=ff1493 deepskyblue=00bfff dimgray=696969 dimgrey=696969
    dodgerblue=1e90ff firebrick=b22222 floralwhite=fffaf0 forestgreen=228b22 fuchsia=ff00ff gainsboro=dcdcdc
    ghostwhite=f8f8ff gold=ffd700 goldenrod=daa520 gray=808080 green=008000 greenyellow=adff2f grey=808080
    honeydew=f0fff0 hotpink=ff69b4 indianred=cd5c5c indigo=4b0082 ivory=fffff0 khaki=f0e68c lavender=e6e6fa
    lavenderblush=fff0f5 lawngreen=7cfc00 lemonchiffon=fffacd lightblue=add8e6 lightcoral=f08080 lightcyan=e0ffff
    lightgoldenrodyellow=fafad2 lightgray=d3d3d3 lightgreen=90ee90 lightgrey=d3d3d3 lightpink=ffb6c1
    lightsalmon=ffa07a lightseagreen=20b2aa lightskyblue=87cefa lightslategray=778899 lightslategrey=778899
    lightsteelblue=b0c4de lightyellow=ffffe0 lime=00ff00 limegreen=32cd32 linen=faf0e6 magenta=ff00ff maroon=800000
    mediumaquamarine=66cdaa mediumblue=0000cd mediumorchid=ba55d3 mediumpurple=9370db mediumseagreen=3cb371
    mediumslateblue=7b68ee mediumspringgreen=00fa9a mediumturquoise=48d1cc mediumvioletred=c71585
    midnightblue=191970 mintcream=f5fffa mistyrose=ffe4e1 moccasin=ffe4b5 navajowhite=ffdead navy=000080
    oldlace=fdf5e6 olive=808000 olivedrab=6b8e23 orange=ffa500 orangered=ff4500 orchid=da70d6 palegoldenrod=eee8aa
    palegreen=98fb98 paleturquoise=afeeee palevioletred=db7093 papayawhip=ffefd5 peachpuff=ffdab9 peru=cd853f
    pink=ffc0cb plum=dda0dd powderblue=b0e0e6 purple=800080 rebeccapurple=663399 red=ff0000 rosybrown=bc8f8f
    royalblue=4169e1 saddlebrown=8b4513 salmon=fa8072 sandybrown=f4a460 seagreen=2e8b57 seashell=fff5ee
    sienna=a0522d silver=c0c0c0 skyblue=87ceeb slateblue=6a5acd slategray=708090 slategrey=708090 snow=fffafa
    springgreen=00ff7f steelblue=4682b4 tan=d2b48c teal=008080 thistle=d8bfd8 tomato=ff6347 turquoise=40e0d0
    violet=ee82ee wheat=f5deb3 white=ffffff whitesmoke=f5f5f5 yellow=ffff00 yellowgreen=9acd32
"""
_NAMED = {
    name: (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))
    for name, digits in (entry.split("=") for entry in _WITH_NAMES.split())
}
_HEX = re.compile(r"#([0-9a-f]{3,8})(?![0-9a-z])")
_WRITTEN = re.compile(r"(rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(([^()]*)\)")
_ADDRESS = re.compile(r"url\([^()]*\)")
_SEPARATOR = re.compile(r"[\s,/]+")
_CLOSE = 16
_NEAR = 40
_SAME_LIGHT = 1.12  # the contrast below which two near colours cannot be told apart


def colour_of(text: str) -> Colour | None:
    """The first colour in `text`; None where there is none that can be worked out."""
    text = _ADDRESS.sub("", text.lower())
    if found := _HEX.search(text):
        digits = found[1] if len(found[1]) >= 6 else "".join(one * 2 for one in found[1])
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if found := _WRITTEN.search(text):
        return _worked_out(found[1], [part for part in _SEPARATOR.split(found[2].strip()) if part])
    return next((_NAMED[word] for word in re.findall(r"[a-z]+", text) if word in _NAMED), None)


def see_through(text: str) -> bool:
    """Whether `text` is a colour that leaves nothing to be seen."""
    text = text.strip().lower()
    if text == "transparent":
        return True
    if found := _HEX.match(text):
        alpha = found[1][3:] * 2 if len(found[1]) == 4 else found[1][6:]
        return bool(alpha) and int(alpha, 16) < 26
    found = _WRITTEN.match(text)
    parts = [part for part in _SEPARATOR.split(found[2].strip()) if part] if found else []
    count = 5 if found and found[1] == "color" else 4
    return len(parts) == count and number(parts[-1], 1.0) < 0.1


def alike(one: Colour, other: Colour) -> bool:
    """Whether text of one colour on a ground of the other cannot be read."""
    apart = max(abs(first - second) for first, second in zip(one, other, strict=True))
    lighter, darker = sorted((_light(one), _light(other)), reverse=True)
    return apart <= _CLOSE or (apart <= _NEAR and (lighter + 0.05) / (darker + 0.05) < _SAME_LIGHT)


def _worked_out(kind: str, parts: list[str]) -> Colour | None:
    """A colour given as a function; of those not made of red, green and blue only what is nearly white or black."""
    if kind == "color":
        parts = parts[1:]
    if len(parts) < 3:
        return None
    if kind in {"rgb", "color"}:
        levels = [number(part, 0.0) * (1 if kind == "rgb" and "%" not in part else 255) for part in parts[:3]]
        red, green, blue = (max(0, min(255, round(level))) for level in levels)
        return red, green, blue
    if kind == "hwb":
        white, black = number(parts[1], 0.0), number(parts[2], 0.0)
        return _grey(white / (white + black)) if white + black >= 1 else None
    light = number(parts[2] if kind == "hsl" else parts[0], 0.5)
    if kind in {"lab", "lch"} and "%" not in parts[0]:
        light /= 100
    colourless = kind == "hsl" and number(parts[1], 1.0) == 0
    return _grey(light) if colourless or not 0.02 < light < 0.97 else None


def _grey(share: float) -> Colour:
    level = max(0, min(255, round(share * 255)))
    return level, level, level


def _light(colour: Colour) -> float:
    """The relative luminance of `colour`, from 0 to 1."""
    red, green, blue = (
        level / 255 / 12.92 if level <= 10 else ((level / 255 + 0.055) / 1.055) ** 2.4 for level in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
