package org.tributary.image;

import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import org.w3c.dom.Element;

/**
 * The canvas around a GIF's first frame, as in Pillow ({@code GifImagePlugin.py}). It is the
 * logical screen, enlarged if the frame extends beyond it. The area around the frame has the
 * transparent colour, or the first colour of the palette if there is none.
 *
 * @param size of the picture
 * @param left column of the picture where the frame begins
 * @param top row of the picture where the frame begins
 */
record GifCanvas(ImageSize size, int left, int top) {
  private static final String STREAM = "javax_imageio_gif_stream_1.0";
  private static final String IMAGE = "javax_imageio_gif_image_1.0";

  static GifCanvas of(ImageReader reader) throws IOException {
    Element screen = element(reader.getStreamMetadata(), STREAM, "LogicalScreenDescriptor");
    Element frame = element(reader.getImageMetadata(0), IMAGE, "ImageDescriptor");
    int left = number(frame, "imageLeftPosition");
    int top = number(frame, "imageTopPosition");
    int width = Math.max(number(screen, "logicalScreenWidth"), left + reader.getWidth(0));
    int height = Math.max(number(screen, "logicalScreenHeight"), top + reader.getHeight(0));
    return new GifCanvas(new ImageSize(width, height), left, top);
  }

  private static Element element(IIOMetadata metadata, String format, String name) {
    Element root = (Element) metadata.getAsTree(format);
    return (Element) root.getElementsByTagName(name).item(0);
  }

  private static int number(Element element, String attribute) {
    return Integer.parseInt(element.getAttribute(attribute));
  }

  /**
   * Puts the frame on the canvas.
   *
   * @param frame three channels
   * @param palette of the frame
   * @return the whole picture
   */
  Pixels around(Pixels frame, IndexColorModel palette) {
    if (frame.width() == size.width() && frame.height() == size.height()) {
      return frame;
    }
    int fill = Math.max(0, palette.getTransparentPixel());
    byte[] values = new byte[Math.toIntExact(3 * size.pixels())];
    Arrays.fill(values, (byte) palette.getRed(fill));
    for (int i = 0; i < values.length; i += 3) {
      values[i + 1] = (byte) palette.getGreen(fill);
      values[i + 2] = (byte) palette.getBlue(fill);
    }
    int line = 3 * frame.width();
    for (int y = 0; y < frame.height(); y++) {
      System.arraycopy(
          frame.values(), y * line, values, 3 * ((y + top) * size.width() + left), line);
    }
    return new Pixels(size.width(), size.height(), 3, values);
  }
}
