package org.holdfast.gateway.content;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A message while it is converted: read line by line, written as the treatments say. Holds one line
 * at a time. Not thread-safe.
 */
final class ConvertedStream extends InputStream {

  private static final byte[] CRLF = {'\r', '\n'};

  private final InputStream original;
  private final MimeWalk walk;
  private byte[] ready = new byte[0];
  private int at;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(Lines.BUFFER);

  ConvertedStream(InputStream original, List<Treatment> treatments) {
    this.original = original;
    this.walk = new MimeWalk(original, new Writer(treatments));
  }

  @Override
  public int read() throws IOException {
    return more() ? ready[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!more()) {
      return -1;
    }
    int taken = Math.min(length, ready.length - at);
    System.arraycopy(ready, at, into, from, taken);
    at += taken;
    return taken;
  }

  @Override
  public void close() throws IOException {
    original.close();
  }

  private boolean more() throws IOException {
    while (at == ready.length) {
      boolean open = walk.step();
      ready = out.toByteArray();
      at = 0;
      out.reset();
      if (!open && ready.length == 0) {
        return false;
      }
    }
    return true;
  }

  private final class Writer implements MimeWalk.Visitor {

    private final List<Treatment> treatments;
    private int number = -1;
    private Treatment treatment = Treatment.AS_IS;
    private boolean dropping;
    private BodyEncoder encoder = BodyEncoder.none(out);

    Writer(List<Treatment> treatments) {
      this.treatments = treatments;
    }

    @Override
    public void begin(Entity entity) {
      treatment = treatments.get(++number);
      dropping = false;
    }

    @Override
    public void headerLine(Entity entity, Line line) {
      if (line.begins() && !line.isFolded()) {
        dropping = !treatment.label().isEmpty() && isLabel(line);
      }
      if (!dropping) {
        write(line);
      }
    }

    private static boolean isLabel(Line line) {
      String name = "content-transfer-encoding";
      int i = name.length();
      if (!line.startsWith(name)) {
        return false;
      }
      while (i < line.length() && (line.at(i) == ' ' || line.at(i) == '\t')) {
        i++;
      }
      return i < line.length() && line.at(i) == ':';
    }

    @Override
    public void endOfHeader(Entity entity) {
      if (!treatment.label().isEmpty()) {
        label(entity);
      }
      out.writeBytes(CRLF);
      encoder = BodyEncoder.of(treatment, out);
    }

    private void label(Entity entity) {
      if (entity.isMessage() && !entity.hasMimeVersion()) {
        field("MIME-Version: 1.0");
      }
      if (entity.isMessage() && !entity.isMime()) {
        field("Content-Type: text/plain; charset=unknown-8bit");
      }
      field("Content-Transfer-Encoding: " + treatment.label());
    }

    private void field(String field) {
      out.writeBytes(field.getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(CRLF);
    }

    @Override
    public void body(Entity entity, Line line) {
      encoder.octets(line.octets(), line.from(), line.to());
    }

    @Override
    public void lineEnd(Entity entity) {
      encoder.lineEnd();
    }

    @Override
    public void endOfBody(Entity entity, boolean endOfMessage) {
      encoder.end(endOfMessage);
    }

    @Override
    public void between(Line line) {
      write(line);
    }

    @Override
    public void betweenLineEnd() {
      out.writeBytes(CRLF);
    }

    private void write(Line line) {
      out.write(line.octets(), line.from(), line.length());
      if (line.ended()) {
        out.writeBytes(CRLF);
      }
    }
  }
}
