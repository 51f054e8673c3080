package org.holdfast.gateway.accept;

import org.holdfast.gateway.reply.Reply;

/**
 * The replies of the protocol itself; those about recipients and messages are in {@code
 * path.Replies}.
 */
final class ProtocolReplies {

  static final WireReply OK = WireReply.of(250, "2.0.0", "OK");
  static final WireReply SENDER_OK = WireReply.of(250, "2.1.0", "Sender OK");
  static final WireReply GO_AHEAD =
      WireReply.of(new Reply(354, "", "End data with <CR><LF>.<CR><LF>"));
  static final WireReply READY_FOR_TLS = WireReply.of(220, "2.0.0", "Ready to start TLS");

  static final WireReply HELP =
      WireReply.of(214, "2.0.0", "Commands are those of RFC 5321 or RFC 2033");
  static final WireReply CANNOT_VERIFY =
      WireReply.of(252, "2.0.0", "Cannot VRFY user, but will take mail for those who are here");

  static final WireReply UNKNOWN_COMMAND = WireReply.of(500, "5.5.1", "Command unrecognized");
  static final WireReply COMMAND_TOO_LONG = WireReply.of(500, "5.5.2", "Command line too long");
  static final WireReply ENDLESS_LINE = WireReply.last(500, "5.5.2", "Command line too long");
  static final WireReply BAD_CHARACTER =
      WireReply.of(500, "5.5.2", "Control character or malformed UTF-8 in command");
  static final WireReply NOT_IMPLEMENTED = WireReply.of(502, "5.5.1", "Command not implemented");
  static final WireReply NOT_MAIL = WireReply.last(500, "5.5.1", "No mail command, closing");
  static final WireReply BAD_NAME =
      WireReply.of(501, "5.5.4", "Bad name: a domain or an address literal, please");
  static final WireReply NO_NAME = WireReply.of(501, "5.5.4", "Argument missing");
  static final WireReply NO_ARGUMENT = WireReply.of(501, "5.5.4", "No argument allowed");
  static final WireReply BAD_CHUNK_SIZE = WireReply.last(501, "5.5.4", "Syntax: BDAT size [LAST]");
  static final WireReply BAD_SENDER =
      WireReply.of(501, "5.1.7", "Bad sender address syntax: MAIL FROM:<address>");
  static final WireReply BAD_RECIPIENT =
      WireReply.of(501, "5.1.3", "Bad recipient address syntax: RCPT TO:<address>");
  static final WireReply NO_INTERNATIONAL_SENDER =
      WireReply.of(553, "5.6.7", "Address needs SMTPUTF8");
  static final WireReply HELLO_FIRST = WireReply.of(503, "5.5.1", "Say hello first");
  static final WireReply NESTED_MAIL = WireReply.of(503, "5.5.1", "Sender already given");
  static final WireReply MAIL_FIRST = WireReply.of(503, "5.5.1", "Need MAIL first");
  static final WireReply NO_RECIPIENT = WireReply.of(503, "5.5.1", "No valid recipients");
  static final WireReply CHUNKS_BEGUN = WireReply.of(503, "5.5.1", "BDAT has begun");
  static final WireReply IN_TRANSACTION =
      WireReply.of(503, "5.5.1", "MAIL transaction in progress");
  static final WireReply MAY_NOT_INTRODUCE =
      WireReply.of(550, "5.7.0", "Insufficient authorization");
  static final WireReply BINARY_NEEDS_CHUNKS =
      WireReply.of(503, "5.5.1", "BODY=BINARYMIME needs BDAT");
  static final WireReply TLS_ALREADY = WireReply.of(503, "5.5.1", "TLS already started");
  static final WireReply NEEDS_TLS =
      WireReply.of(538, "5.7.11", "This mechanism needs encryption: STARTTLS first");
  static final WireReply LOGIN_FIRST = WireReply.of(530, "5.7.0", "Authentication required");
  static final WireReply LOGGED_IN_ALREADY = WireReply.of(503, "5.5.1", "Already authenticated");
  static final WireReply NO_LOGIN_NOW =
      WireReply.of(503, "5.5.1", "AUTH not permitted during a mail transaction");
  static final WireReply BAD_AUTH = WireReply.of(501, "5.5.4", "Syntax: AUTH mechanism");
  static final WireReply UNKNOWN_MECHANISM =
      WireReply.of(504, "5.5.4", "Unrecognized authentication mechanism");
  static final WireReply NOT_BASE64 = WireReply.of(501, "5.5.2", "Not base64, AUTH given up");
  static final WireReply AUTH_CANCELLED = WireReply.of(501, "5.7.0", "AUTH cancelled");
  static final WireReply AUTH_LINE_TOO_LONG =
      WireReply.of(500, "5.5.6", "Authentication exchange line too long");
  static final WireReply LOGGED_IN = WireReply.of(235, "2.7.0", "Authentication successful");
  static final WireReply LOGIN_FAILED =
      WireReply.of(535, "5.7.8", "Authentication credentials invalid");
  static final WireReply TOO_MANY_LOGINS =
      WireReply.last(421, "4.7.0", "Too many failed logins, closing");
  static final WireReply LOGIN_LATE =
      WireReply.last(421, "4.7.0", "No authentication in time, closing");
  static final WireReply LOGIN_TROUBLE =
      WireReply.of(454, "4.7.0", "Temporary authentication failure");
  static final WireReply REQUIRETLS_NEEDS_TLS =
      WireReply.of(530, "5.7.10", "REQUIRETLS needs encryption: STARTTLS first");
  static final WireReply NO_REQUIRETLS =
      WireReply.of(550, "5.7.30", "REQUIRETLS cannot be kept on the way to the mailboxes");
  static final WireReply EXTENSIONS_NEED_EHLO = WireReply.of(555, "5.5.4", "Parameters need EHLO");
  static final WireReply TOO_MANY_RECIPIENTS = WireReply.of(452, "4.5.3", "Too many recipients");

  static final Reply TOO_LARGE = new Reply(552, "5.3.4", "Message too large");
  static final WireReply TOO_LARGE_LINE = WireReply.of(TOO_LARGE);
  static final WireReply TOO_LARGE_LAST = WireReply.last(TOO_LARGE);

  static final WireReply NOT_ALLOWED = WireReply.last(554, "5.7.1", "Client not allowed");
  static final WireReply TOO_MANY_CONNECTIONS =
      WireReply.last(421, "4.7.0", "Too many connections, try again later");
  static final WireReply TOO_MANY_ERRORS = WireReply.last(421, "4.7.0", "Too many errors, closing");
  static final WireReply SILENT = WireReply.last(421, "4.4.2", "Timeout, closing");
  static final Reply TROUBLE = new Reply(451, "4.3.0", "Internal trouble, try again later");

  private ProtocolReplies() {}
}
