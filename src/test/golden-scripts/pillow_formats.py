"""Images of more formats as Pillow 12.3.0 sees them: src/test/resources/pillow/formats.

Run it in that folder. `formats.json` has the mode, the size and the hex of convert("RGB") of every file; files
whose name begins with `lossy` are bounds, the others bits.
"""
import json

import numpy as np
from PIL import Image

rng = np.random.default_rng(7)
y, x = np.mgrid[0:9, 0:13]
smooth = np.stack([(x * 19) % 256, (y * 27) % 256, ((x + y) * 9) % 256], -1).astype(np.uint8)
noise = rng.integers(0, 256, (9, 13, 3), dtype=np.uint8)
colours = Image.fromarray(noise)
grey = Image.fromarray(noise[:, :, 0])
grey16 = Image.fromarray(noise[:, :, 0].astype(np.uint16) * 3)
alpha = Image.fromarray(np.dstack([noise, noise[:, :, 1]]), "RGBA")
bits = grey.point(lambda v: 255 * (v > 99)).convert("1")

colours.save("noise.webp", lossless=True)
Image.fromarray(smooth).save("smooth.webp", lossless=True)
alpha.save("alpha.webp", lossless=True, exact=True)
grey.save("grey.webp", lossless=True)
colours.quantize(3).convert("RGB").save("palette.webp", lossless=True)
wave = np.mgrid[0:40, 0:60]
Image.fromarray(
    np.stack(
        [128 + 100 * np.sin(wave[1] / 17), 128 + 100 * np.cos(wave[0] / 23), wave[1] * 4], -1
    ).astype(np.uint8)
).save("lossy.webp", quality=75)
for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"]:
    colours.save(f"{compression}.tiff", compression=compression)
grey.save("grey.tiff")
grey.save("white-is-zero.tiff", tiffinfo={262: 0})
alpha.save("alpha.tiff")
alpha.convert("LA").save("grey-alpha.tiff")
grey16.save("grey16.tiff")
colours.quantize(100).save("palette.tiff")
bits.save("bits.tiff")
bits.save("group4.tiff", compression="group4")
colours.save("pages.tiff", save_all=True, append_images=[grey])

expected = {}
import glob

for name in sorted(glob.glob("*.webp") + glob.glob("*.tiff")):
    with Image.open(name) as image:
        rgb = np.array(image.convert("RGB"))
        expected[name] = {
            "mode": image.mode,
            "width": image.width,
            "height": image.height,
            "rgb": rgb.tobytes().hex(),
        }
json.dump(expected, open("formats.json", "w"), indent=1)

# Refused by name.
colours.convert("CMYK").save("refused-cmyk.tiff")
colours.convert("LAB").save("refused-lab.tiff")
Image.fromarray(noise[:, :, 0].astype(np.float32)).save("refused-float.tiff")
colours.save("refused-turned.tiff", tiffinfo={274: 6})
colours.save("refused-animated.webp", save_all=True, append_images=[Image.fromarray(smooth)])
