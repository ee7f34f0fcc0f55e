"""What all tests share."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))  # strategies.py, which several tests import

# The first call of a lazy door is slow, and a check that fails must fail again on the next machine.
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


@pytest.fixture(params=["pandas", "polars", "pyarrow"])
def kind(request):
    """Each kind of frame in turn."""
    return request.param


@pytest.fixture
def plain_fonts(monkeypatch):
    """Only the fonts that come with matplotlib, none of which has Chinese glyphs."""
    manager = pytest.importorskip("matplotlib.font_manager").fontManager
    own = [entry for entry in manager.ttflist if entry.name.startswith("DejaVu")]
    monkeypatch.setattr(manager, "ttflist", own)


@pytest.fixture
def chinese_font(plain_fonts, chinese_file):  # noqa: ARG001 - the other fonts are set aside first
    """The family of a font that has a square for each Chinese sign."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - not all tests draw

    fontManager.addfont(chinese_file)
    return "SimHei"


@pytest.fixture(scope="session")
def chinese_file(tmp_path_factory):
    """The file of such a font."""
    from fontTools.fontBuilder import FontBuilder  # noqa: PLC0415 - not all tests draw
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # noqa: PLC0415

    path = tmp_path_factory.mktemp("fonts") / "squares.ttf"
    signs = [*range(0x3000, 0x3020), *range(0x4E00, 0xA000), *range(0xFF00, 0xFF20)]
    pen = TTGlyphPen(None)
    for at, corner in enumerate([(0, 0), (0, 800), (800, 800), (800, 0)]):
        (pen.lineTo if at else pen.moveTo)(corner)
    pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "square"])
    builder.setupCharacterMap(dict.fromkeys(signs, "square"))
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "square": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 0)})
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": "SimHei", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path
