package org.holdfast.gateway.content;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A MIME message made by chance, and what its parts decode to. */
final class RandomMail {

  private static final List<String> TYPES =
      List.of("text/plain; charset=utf-8", "application/octet-stream", "image/png; name=\"a;b\"");

  private static final List<DataKind> KINDS = List.of(DataKind.values());

  private final Random random;
  private final List<byte[]> leaves = new ArrayList<>();
  private int boundaries;

  RandomMail(Random random) {
    this.random = random;
  }

  /** The bodies of its parts, in their order. */
  List<byte[]> leaves() {
    return leaves;
  }

  byte[] whole() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    text(out, "Subject: by chance\r\nX-Folded: a\r\n\tb\r\n");
    message(out, 0);
    return out.toByteArray();
  }

  private void message(ByteArrayOutputStream out, int depth) {
    text(out, "MIME-Version: 1.0\r\nFrom: a@b.c\r\n");
    entity(out, depth);
  }

  private void entity(ByteArrayOutputStream out, int depth) {
    int kind = depth > 4 ? 0 : random.nextInt(4);
    if (kind == 1) {
      multipart(out, depth);
    } else if (kind == 2) {
      text(out, "Content-Type: message/RFC822\r\n" + label("binary") + "\r\n");
      message(out, depth + 1);
    } else {
      leaf(out);
    }
  }

  private void multipart(ByteArrayOutputStream out, int depth) {
    String boundary = "b " + boundaries++ + "'(x)";
    text(
        out,
        "content-type: Multipart/Mixed (a \"comment\");\r\n\tBoundary=\"" + boundary + "\"\r\n");
    text(out, label("binary") + "\r\n" + (random.nextBoolean() ? "preamble\r\n" : ""));
    int parts = 1 + random.nextInt(3);
    for (int i = 0; i < parts; i++) {
      text(out, "--" + boundary + (random.nextBoolean() ? " \t" : "") + "\r\n");
      entity(out, depth + 1);
      text(out, "\r\n");
    }
    text(out, "--" + boundary + "--" + (random.nextBoolean() ? "\r\nepilogue\r\n" : "\r\n"));
  }

  private void leaf(ByteArrayOutputStream out) {
    text(out, "Content-Type: " + TYPES.get(random.nextInt(TYPES.size())) + "\r\n");
    text(out, label(random.nextBoolean() ? "Binary" : "8BIT (yes)") + "\r\n");
    byte[] body = body();
    leaves.add(body);
    out.writeBytes(body);
  }

  private byte[] body() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataKind kind = KINDS.get(random.nextInt(KINDS.size()));
    int lines = random.nextInt(4) * random.nextInt(300);
    for (int i = 0; i < lines; i++) {
      line(body, kind);
    }
    return body.toByteArray();
  }

  private void line(ByteArrayOutputStream body, DataKind kind) {
    int longest = kind == DataKind.BINARY ? 20_000 : 200;
    int length = random.nextInt(50) == 0 ? random.nextInt(longest) : random.nextInt(40);
    String begin = random.nextInt(20) == 0 ? "--b 0'(x)x" : random.nextInt(9) == 0 ? ".-=\t " : "";
    text(body, begin);
    for (int i = 0; i < length; i++) {
      body.write(
          switch (kind) {
            case SEVEN_BIT -> " \ta=Z.-~".charAt(random.nextInt(8));
            case EIGHT_BIT -> 32 + random.nextInt(224);
            case BINARY -> random.nextInt(256);
          });
    }
    text(body, "\r\n");
  }

  private String label(String label) {
    return random.nextInt(3) == 0 ? "" : "Content-Transfer-Encoding: " + label + "\r\n";
  }

  private static void text(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
