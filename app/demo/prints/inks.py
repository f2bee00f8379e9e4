"""The colours of the print shop: papers and inks, mixed once and used by every print."""

from __future__ import annotations

Colour = tuple[int, int, int]

WARM = (246, 240, 228)
"""Cotton paper, the usual one."""
CREAM = (241, 230, 208)
CHALK = (249, 246, 239)
BUFF = (232, 217, 190)
MIST = (226, 229, 224)
NIGHT = (29, 38, 60)
"""Paper that was dyed through; inks stand on it opaque."""

BLACK = (38, 37, 42)
UMBER = (97, 68, 52)
SLATE = (88, 101, 114)
STONE = (168, 160, 146)
INDIGO = (31, 50, 93)
ULTRAMARINE = (39, 70, 152)
CERULEAN = (72, 134, 176)
SKY = (160, 196, 206)
TEAL = (32, 104, 110)
SEA = (76, 140, 128)
BOTTLE = (27, 73, 63)
MOSS = (110, 124, 72)
SAGE = (166, 178, 146)
OCHRE = (214, 156, 58)
STRAW = (240, 204, 118)
APRICOT = (240, 168, 108)
ORANGE = (228, 110, 48)
VERMILION = (214, 64, 38)
MADDER = (160, 44, 52)
ROSE = (230, 154, 142)
CLAY = (190, 106, 76)
PLUM = (94, 52, 84)
LILAC = (176, 160, 190)
