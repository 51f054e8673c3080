package org.holdfast.gateway.deliver;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The extensions a backend offered in its answer to LHLO, by upper-case keyword. */
record Offer(Set<String> keywords) {

  static final Offer NOTHING = new Offer(Set.of());

  /** The first line is the greeting, each further one a keyword with parameters. */
  static Offer of(BackendReply lhlo) {
    Set<String> keywords = new HashSet<>();
    List<String> lines = lhlo.lines();
    for (String line : lines.subList(1, lines.size())) {
      int space = line.indexOf(' ');
      keywords.add((space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT));
    }
    return new Offer(Set.copyOf(keywords));
  }

  boolean pipelining() {
    return keywords.contains("PIPELINING");
  }

  boolean size() {
    return keywords.contains("SIZE");
  }

  boolean eightBitMime() {
    return keywords.contains("8BITMIME");
  }

  /** BDAT for messages of any octets (RFC 3030): one without the other is of no use here. */
  boolean binaryMime() {
    return keywords.contains("BINARYMIME") && keywords.contains("CHUNKING");
  }

  boolean smtpUtf8() {
    return keywords.contains("SMTPUTF8");
  }

  boolean dsn() {
    return keywords.contains("DSN");
  }

  /** Cyrus: {@code RCPT TO:<...> IGNOREQUOTA} delivers though the mailbox is over its quota. */
  boolean ignoreQuota() {
    return keywords.contains("IGNOREQUOTA");
  }

  /** Cyrus from 3.13 on: {@code TRACE id} before MAIL names an id for its log. */
  boolean trace() {
    return keywords.contains("TRACE");
  }
}
