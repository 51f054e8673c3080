package org.holdfast.gateway.bounce;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.holdqueue.Content;

/**
 * A multipart/report as a mail reader that keeps to RFC 2045 and 2046 takes it apart; one character
 * stands for one octet.
 */
record ParsedReport(List<String> fields, List<Part> parts, String raw) {

  /** One part: its header fields, unfolded, and its body. */
  record Part(List<String> fields, String body) {

    String field(String name) {
      return value(fields, name);
    }

    /** The body without its transfer encoding, as UTF-8. */
    String decoded() {
      return field("Content-Transfer-Encoding").equals("quoted-printable")
          ? unquoted(body)
          : new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Blocks of fields, as in message/delivery-status. */
    List<List<String>> blocks() {
      return Pattern.compile("\r\n\r\n").splitAsStream(body).map(ParsedReport::unfolded).toList();
    }
  }

  private static final Pattern BOUNDARY = Pattern.compile("boundary=\"([^\"]+)\"");

  static ParsedReport of(Content content) throws IOException {
    try (InputStream in = content.open()) {
      return of(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
    }
  }

  static ParsedReport of(String raw) {
    int end = raw.indexOf("\r\n\r\n");
    List<String> fields = unfolded(raw.substring(0, end));
    Matcher boundary = BOUNDARY.matcher(value(fields, "Content-Type"));
    if (!boundary.find()) {
      throw new AssertionError("no boundary in " + fields);
    }
    return new ParsedReport(fields, parts(raw.substring(end + 2), boundary.group(1)), raw);
  }

  String field(String name) {
    return value(fields, name);
  }

  Part explanation() {
    return parts.get(0);
  }

  Part status() {
    return parts.get(1);
  }

  Part returned() {
    return parts.get(2);
  }

  /** A field of the only recipient; empty when there is none. */
  String ofRecipient(String name) {
    return value(status().blocks().get(1), name);
  }

  /** A field of the message; empty when there is none. */
  String ofMessage(String name) {
    return value(status().blocks().get(0), name);
  }

  /** What stands between delimiter lines, until the closing one. */
  private static List<Part> parts(String body, String boundary) {
    List<Part> parts = new ArrayList<>();
    String delimiter = "\r\n--" + boundary;
    int at = body.indexOf(delimiter);
    while (!body.startsWith("--", at + delimiter.length())) {
      int next = body.indexOf(delimiter, at + delimiter.length());
      parts.add(part(body.substring(at + delimiter.length() + 2, next)));
      at = next;
    }
    return parts;
  }

  private static Part part(String text) {
    int end = text.indexOf("\r\n\r\n");
    return new Part(unfolded(text.substring(0, end)), text.substring(end + 4));
  }

  private static List<String> unfolded(String header) {
    return List.of(header.replaceAll("\r\n(?=[ \t])", "").split("\r\n"));
  }

  private static String value(List<String> fields, String name) {
    List<String> found =
        fields.stream()
            .filter(f -> f.regionMatches(true, 0, name + ":", 0, name.length() + 1))
            .toList();
    if (found.size() > 1) {
      throw new AssertionError(name + " stands there twice: " + fields);
    }
    return found.isEmpty() ? "" : found.getFirst().substring(name.length() + 1).strip();
  }

  private static String unquoted(String text) {
    String joined = text.replace("=\r\n", "");
    StringBuilder octets = new StringBuilder();
    for (int i = 0; i < joined.length(); i++) {
      if (joined.charAt(i) == '=') {
        octets.append((char) Integer.parseInt(joined, i + 1, i + 3, 16));
        i += 2;
      } else {
        octets.append(joined.charAt(i));
      }
    }
    return new String(
        octets.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
