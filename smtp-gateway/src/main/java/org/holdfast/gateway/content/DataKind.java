package org.holdfast.gateway.content;

/** What octets there are, and what a way can carry (RFC 2045 sections 2.7 to 2.9). */
public enum DataKind {
  /** Lines of at most 998 octets of ASCII without NUL, ended by CRLF. */
  SEVEN_BIT("7bit"),
  /** Such lines of any octets but NUL. */
  EIGHT_BIT("8bit"),
  /** Any octets. */
  BINARY("binary");

  private final String label;

  DataKind(String label) {
    this.label = label;
  }

  /** As Content-Transfer-Encoding says it. */
  String label() {
    return label;
  }

  public boolean exceeds(DataKind other) {
    return compareTo(other) > 0;
  }

  DataKind or(DataKind other) {
    return exceeds(other) ? this : other;
  }
}
