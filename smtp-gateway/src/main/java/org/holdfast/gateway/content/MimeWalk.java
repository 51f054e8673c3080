package org.holdfast.gateway.content;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks through a message line by line and says what each octet belongs to (RFC 2046 section 5.1).
 * Whoever writes down everything it is told has the message octet for octet. Memory does not grow
 * with the message. Not thread-safe.
 *
 * <p>A CRLF before a delimiter belongs to the delimiter, so the line end of a body is told only
 * when the next line is known.
 */
final class MimeWalk {

  /** Is told all octets in their order. */
  interface Visitor {

    /** The header of this one begins. */
    void begin(Entity entity);

    /** A line of its header, or a piece of one. */
    void headerLine(Entity entity, Line line);

    /** The empty line after its header. */
    void endOfHeader(Entity entity);

    /** Octets of its body: a line without its end, or a piece of one. */
    void body(Entity entity, Line line);

    /** A CRLF in its body. */
    void lineEnd(Entity entity);

    /** Its body is complete; one that is no multipart and encloses no message. */
    void endOfBody(Entity entity, boolean endOfMessage);

    /** What stands in no part: delimiters, and what is before the first and after the last. */
    void between(Line line);

    /** The CRLF before a delimiter. */
    void betweenLineEnd();
  }

  /** Of parts and messages in one message; what comes after them is not looked into. */
  static final int MOST_ENTITIES = 10_000;

  /** Of multiparts and messages one in the other. */
  static final int MOST_DEPTH = 50;

  /** Longest delimiter line that is taken for one, in octets. */
  private static final int MOST_DELIMITER = 998;

  private enum In {
    HEADER,
    BODY,
    BETWEEN
  }

  private enum Match {
    NONE,
    NEXT,
    LAST
  }

  private record Open(Entity multipart, String delimiter) {}

  private final Lines lines;
  private final Visitor visitor;
  private final Line line = new Line();
  private final List<Open> open = new ArrayList<>();
  private In in = In.HEADER;
  private Entity entity = Entity.wholeMessage();
  private int entities = 1;
  private boolean lineEndDue;
  private boolean ended;

  MimeWalk(InputStream octets, Visitor visitor) {
    this.lines = new Lines(octets);
    this.visitor = visitor;
    visitor.begin(entity);
  }

  /** Takes one line; false when there is none any more. */
  boolean step() throws IOException {
    if (ended) {
      return false;
    }
    if (!lines.next(line)) {
      end();
      ended = true;
      return false;
    }
    if (!delimiter()) {
      switch (in) {
        case HEADER -> header();
        case BODY -> body();
        case BETWEEN -> visitor.between(line);
      }
    }
    return true;
  }

  private void header() {
    if (line.begins() && line.length() == 0 && line.ended()) {
      endOfHeader();
    } else {
      entity.headerLine(line);
      visitor.headerLine(entity, line);
    }
  }

  private void endOfHeader() {
    entity.endOfHeader();
    visitor.endOfHeader(entity);
    String delimiter = entity.delimiter();
    if (delimiter != null && open.size() < MOST_DEPTH) {
      open.add(new Open(entity, delimiter));
      in = In.BETWEEN;
    } else if (entity.enclosesMessage() && entity.messages() < MOST_DEPTH) {
      begin(entity.enclosed());
    } else {
      in = entity.isComposite() ? In.BETWEEN : In.BODY;
    }
  }

  private void begin(Entity next) {
    if (++entities > MOST_ENTITIES) {
      open.clear();
      in = In.BETWEEN;
      return;
    }
    entity = next;
    in = In.HEADER;
    visitor.begin(next);
  }

  private void body() {
    if (lineEndDue) {
      visitor.lineEnd(entity);
    }
    visitor.body(entity, line);
    lineEndDue = line.ended();
  }

  /** Takes the line if it ends a part: of the innermost multipart, or of one around it. */
  private boolean delimiter() {
    if (!line.begins() || line.length() < 2 || line.at(0) != '-' || line.at(1) != '-') {
      return false;
    }
    for (int i = open.size() - 1; i >= 0; i--) {
      Match match = match(open.get(i).delimiter());
      if (match != Match.NONE) {
        delimiter(i, match == Match.LAST);
        return true;
      }
    }
    return false;
  }

  private void delimiter(int which, boolean last) {
    endOfPart();
    visitor.between(line);
    Entity multipart = open.get(which).multipart();
    open.subList(last ? which : which + 1, open.size()).clear();
    if (last) {
      in = In.BETWEEN;
    } else {
      begin(multipart.part());
    }
  }

  private void endOfPart() {
    if (in == In.BODY) {
      visitor.endOfBody(entity, false);
      if (lineEndDue) {
        visitor.betweenLineEnd();
        lineEndDue = false;
      }
    } else if (in == In.HEADER) {
      entity.endOfHeader();
    }
  }

  /** Whether the line is this delimiter, and the last one of its multipart. */
  private Match match(String delimiter) {
    int length = delimiter.length();
    if (line.length() < length || line.length() > MOST_DELIMITER) {
      return Match.NONE;
    }
    for (int i = 0; i < length; i++) {
      if ((line.at(i) & 0xff) != delimiter.charAt(i)) {
        return Match.NONE;
      }
    }
    boolean last =
        line.length() >= length + 2 && line.at(length) == '-' && line.at(length + 1) == '-';
    for (int i = last ? length + 2 : length; i < line.length(); i++) {
      if (line.at(i) != ' ' && line.at(i) != '\t') {
        return Match.NONE;
      }
    }
    return last ? Match.LAST : Match.NEXT;
  }

  private void end() {
    if (in == In.HEADER) {
      entity.endOfHeader();
    } else if (in == In.BODY) {
      if (lineEndDue) {
        visitor.lineEnd(entity);
      }
      visitor.endOfBody(entity, true);
    }
  }
}
