package org.holdfast.gateway.accept;

/** The bounds of a session that no operator needs to set. Sizes in octets. */
final class Limits {

  /**
   * RFC 5321 section 4.5.3.1.4 says 512; the extensions offered add to it (RFC 1870: 26, RFC 3461:
   * 700 and more), so every command may have this many, CRLF included.
   */
  static final int COMMAND_LINE = 2048;

  /** RFC 5321 section 4.5.3.1.4: the commands that take no parameters of extensions. */
  static final int PLAIN_COMMAND_LINE = 512;

  /** RFC 4954 section 4: AUTH and the lines of its exchange, CRLF included. */
  static final int AUTH_LINE = 12_288;

  /** Logins that may fail in one session; the last of them is answered with 421. */
  static final int FAILED_LOGINS = 3;

  /**
   * Logins of one client that may fail within a minute, in all its sessions; then the password is
   * not even looked at.
   */
  static final int FAILED_LOGINS_A_MINUTE = 60;

  /** Password checks of one listener that may wait for their turn; one more gets 454. */
  static final int WAITING_LOGINS = 256;

  /**
   * Octets without a line end where a command is due; after so many the client is told and left.
   */
  static final int ENDLESS_LINE = 64 * 1024;

  /**
   * RFC 5321 section 4.5.3.1.6 and RFC 5322 section 2.1.1: a line of text without its CRLF and
   * without the dot added for transparency. The gateway must send it on by LMTP, where a longer
   * line is forbidden too; so it is refused, never folded.
   */
  static final int TEXT_LINE = 998;

  /** RFC 5321 section 4.5.3.1.5: a reply line with its CRLF. */
  static final int REPLY_LINE = 512;

  /** RFC 5321 section 4.5.3.1.2, for the name after HELO too. */
  static final int DOMAIN = 255;

  /** RFC 5321 section 4.5.3.1.3 says 256 with the brackets; source routes may make it longer. */
  static final int ADDRESS = 254;

  /** {@code Received:} fields; more means a loop (RFC 5321 section 6.3). */
  static final int HOPS = 100;

  /** Protocol errors in one session; the next one is answered with 421. */
  static final int ERRORS = 20;

  /** Protocol errors before replies to further ones begin to come later and later. */
  static final int ERRORS_AT_ONCE = 10;

  /** Refused recipients, without a message between them, before the replies come later. */
  static final int REFUSED_AT_ONCE = 100;

  /** Milliseconds that each further error or refusal adds to the time a reply is kept back. */
  static final int SLOWER_BY = 50;

  /** Milliseconds that a reply is kept back at most. */
  static final int SLOWEST = 200;

  /**
   * Commands without progress (NOOP, RSET, EHLO, VRFY, messages that were refused...) since the
   * last accepted message; each further one counts as an error (Postfix: {@code
   * smtpd_junk_command_limit}).
   */
  static final int JUNK = 100;

  /**
   * Milliseconds that a client without a transaction is waited for when somebody else was turned
   * away in the last minute because there were too many connections.
   */
  static final long CROWDED_MILLIS = 10_000;

  /** Octets of replies gathered before they are sent, and before more commands are looked at. */
  static final int REPLIES = 16 * 1024;

  /** Seconds for our last words to leave the machine; then the connection is cut. */
  static final int LAST_WORDS_SECONDS = 10;

  /** Connections that are being told that they are one too many; further ones are just closed. */
  static final int TURNED_AWAY = 256;

  /** What a recipient takes in memory beyond what was said of it, twice: as text and as it is. */
  static final int RECIPIENT = 512;

  /** Octets taken from a socket at once. */
  static final int ONE_READ = 32 * 1024;

  /** Octets read but not yet looked at; above this the socket is not read any more. */
  static final int UNREAD = 16 * 1024;

  /** Octets of a body waiting to be written to its file; above this the socket is not read. */
  static final int UNWRITTEN = 256 * 1024;

  /** Octets of a refused message that are read away; a client that sends more is cut off. */
  static final long DISCARDED = 1L << 30;

  /**
   * How long a listed proxy may take for its PROXY header; HAProxy's text asks for 3 s at least.
   */
  static final int PROXY_HEADER_SECONDS = 5;

  /** Octets of the additional fields (TLVs) of a PROXY header of version 2. */
  static final int PROXY_TLVS = 4096;

  /** Octets of a {@code Message-ID} that a log line shows. */
  static final int MESSAGE_ID = 250;

  /** Characters of an argument that a line about its refusal shows. */
  static final int LOGGED_ARGUMENT = 320;

  /** Octets of a line that is too long, or no command, that are kept to say what it was. */
  static final int LOGGED_LINE = 400;

  private Limits() {}
}
