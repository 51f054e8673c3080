package org.holdfast.gateway.content;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.holdfast.holdqueue.Content;

/** Converts the original anew each time it is read. */
record ConvertedContent(Content original, List<Treatment> treatments, long size)
    implements Content {

  @Override
  public InputStream open() throws IOException {
    return new ConvertedStream(original.open(), treatments);
  }
}
