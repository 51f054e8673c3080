package org.holdfast.gateway.content;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.Content;

/**
 * What a message is made of in truth, whatever its sender said of it. Reads all of it once; memory
 * grows with the number of its parts, which is bounded.
 */
public final class Survey {

  /** RFC 5321 section 4.5.3.1.6. */
  private static final int MOST_LINE = 998;

  private final List<Entity> entities = new ArrayList<>();
  private DataKind header = DataKind.SEVEN_BIT;
  private DataKind between = DataKind.SEVEN_BIT;
  private DataKind bodies = DataKind.SEVEN_BIT;
  private boolean international;

  private Survey() {}

  /**
   * Reads it.
   *
   * @throws IOException it cannot be read
   */
  public static Survey of(Content content) throws IOException {
    Survey survey = new Survey();
    try (InputStream in = content.open()) {
      MimeWalk walk = new MimeWalk(in, survey.new Eye());
      while (walk.step()) {
        // line by line
      }
    }
    return survey;
  }

  /** The most of what stands anywhere in it. */
  public DataKind data() {
    return header.or(between).or(bodies);
  }

  /**
   * Its own header or that of a part has more than ASCII: an internationalized message (RFC 6532
   * section 3), or one by somebody who writes 8-bit headers without asking. Messages enclosed in it
   * are not meant.
   */
  public boolean internationalHeader() {
    return international;
  }

  /** Of the header sections, which cannot be encoded. */
  DataKind header() {
    return header;
  }

  /** Of what stands in no part, which cannot be encoded. */
  DataKind between() {
    return between;
  }

  /** The message and its parts, in the order of their headers. */
  List<Entity> entities() {
    return entities;
  }

  private final class Eye implements MimeWalk.Visitor {

    private int lineLength;
    private boolean atLineStart;

    @Override
    public void begin(Entity entity) {
      entities.add(entity);
      lineLength = 0;
    }

    @Override
    public void headerLine(Entity entity, Line line) {
      DataKind kind = look(line);
      header = header.or(kind);
      international |= entity.messages() == 0 && kind != DataKind.SEVEN_BIT;
    }

    @Override
    public void endOfHeader(Entity entity) {
      lineLength = 0;
      atLineStart = true;
    }

    @Override
    public void body(Entity entity, Line line) {
      entity.has(look(line));
      bodies = bodies.or(entity.data());
      atLineStart = false;
    }

    @Override
    public void lineEnd(Entity entity) {
      atLineStart = true;
    }

    /** Only BINARY keeps a last line without an end: DATA would give it one. */
    @Override
    public void endOfBody(Entity entity, boolean endOfMessage) {
      if (endOfMessage && !atLineStart) {
        entity.has(DataKind.BINARY);
        bodies = DataKind.BINARY;
      }
      lineLength = 0;
    }

    @Override
    public void between(Line line) {
      between = between.or(look(line));
    }

    @Override
    public void betweenLineEnd() {
      lineLength = 0;
    }

    /** Of a line or a piece of one. */
    private DataKind look(Line line) {
      lineLength = line.begins() ? line.length() : lineLength + line.length();
      DataKind kind = lineLength > MOST_LINE ? DataKind.BINARY : DataKind.SEVEN_BIT;
      byte[] octets = line.octets();
      for (int i = line.from(); i < line.to(); i++) {
        byte octet = octets[i];
        if (octet < 0) {
          kind = kind.or(DataKind.EIGHT_BIT);
        } else if (octet == 0 || octet == '\r' || octet == '\n') {
          return DataKind.BINARY;
        }
      }
      return kind;
    }
  }
}
