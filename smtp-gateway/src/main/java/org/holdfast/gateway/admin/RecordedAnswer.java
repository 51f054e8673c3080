package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * An answer as it is given, kept compressed so that it can be given again. Written by the threads
 * of one request, one after the other; then read only.
 */
final class RecordedAnswer {

  /** Compressed octets of one answer; of a longer one nothing is kept. */
  static final int MOST_OCTETS = 8 * 1024 * 1024;

  private static final String ATTRIBUTE = "holdfast.recorded";

  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private final GZIPOutputStream into;
  private boolean whole = true;
  private int status;
  private @Nullable String type;

  private RecordedAnswer() throws IOException {
    this.into = new GZIPOutputStream(kept);
  }

  /** Begins to record what this request is answered. */
  static RecordedAnswer of(Context ctx) throws IOException {
    RecordedAnswer made = new RecordedAnswer();
    ctx.attribute(ATTRIBUTE, made);
    return made;
  }

  /** Tells a part of an answer, if this request's is recorded. */
  static void tell(Context ctx, byte[] part) {
    RecordedAnswer recorded = ctx.attribute(ATTRIBUTE);
    if (recorded != null) {
      recorded.add(part);
    }
  }

  private void add(byte[] part) {
    if (!whole) {
      return;
    }
    try {
      into.write(part);
      whole = kept.size() <= MOST_OCTETS;
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
  }

  /** The handler is through. */
  void complete(Context ctx) throws IOException {
    into.close();
    status = ctx.statusCode();
    type = ctx.res().getContentType();
    whole &= kept.size() <= MOST_OCTETS;
  }

  boolean isWhole() {
    return whole;
  }

  int octets() {
    return kept.size();
  }

  /** Gives it again. */
  void send(Context other) throws IOException {
    other.status(status);
    if (type != null) {
      other.contentType(type);
    }
    other.result(new GZIPInputStream(new ByteArrayInputStream(kept.toByteArray())));
  }
}
