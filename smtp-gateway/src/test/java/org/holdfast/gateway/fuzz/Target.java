package org.holdfast.gateway.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.holdfast.gateway.accept.FuzzParameters;
import org.holdfast.gateway.accept.FuzzPath;
import org.holdfast.gateway.accept.FuzzScanner;
import org.holdfast.gateway.accept.FuzzSession;
import org.holdfast.gateway.bounce.FuzzNotice;
import org.holdfast.gateway.deliver.FuzzReplies;

/** What is fuzzed, with the words of its language. {@code bench/fuzz.sh} knows the same names. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes them: a method and a list of words
enum Target {
  SESSION(
      FuzzSession::fuzzerTestOneInput,
      "EHLO c\r\n",
      "HELO c\r\n",
      "LHLO c\r\n",
      "MAIL FROM:<a@b>\r\n",
      "MAIL FROM:<> SIZE=5 SMTPUTF8\r\n",
      "MAIL FROM:",
      "RCPT TO:<a@x>\r\n",
      "RCPT TO:<nobody@x>\r\n",
      "RCPT TO:<postmaster>\r\n",
      "RCPT TO:",
      "DATA\r\n",
      "\r\n.\r\n",
      "\n.\r\n",
      "\r\n.\n",
      "\r\n..\r\n",
      "BDAT 3\r\nabc",
      "BDAT 4 LAST\r\nab\r\n",
      "BDAT 0 LAST\r\n",
      "BDAT 5001\r\n",
      "BDAT ",
      "RSET\r\n",
      "NOOP\r\n",
      "QUIT\r\n",
      "VRFY a\r\n",
      "HELP\r\n",
      "Subject: x\r\n",
      "GET /",
      "\r\n",
      "\r",
      "\n",
      "\0",
      " ",
      "\u00c3\u00a4",
      "x".repeat(300),
      "x".repeat(2100)),
  PATH(
      FuzzPath::fuzzerTestOneInput,
      "<",
      ">",
      "@",
      "<a@b>",
      "\"",
      "\\",
      "\\\"",
      ".",
      ":",
      ",",
      "<@r:a@b>",
      "[192.0.2.1]",
      "[IPv6:",
      "::",
      "ffff",
      "1:2:3:4",
      "192.0.2.255",
      "]",
      "-",
      "_",
      "postmaster",
      "Postmaster",
      "\u00c3\u00bc",
      "\u00e2\u0080\u00ae",
      "\u00e2\u0080\u008d",
      "\u00f0\u009f\u0098\u0080",
      "\u00c4\u00b1",
      "\u00c5\u00bf",
      "a".repeat(63),
      "b.".repeat(40)),
  PARAMETERS(
      FuzzParameters::fuzzerTestOneInput,
      " ",
      "=",
      " SIZE=",
      " size=5000",
      "00000000000000000001",
      " BODY=7BIT",
      " BODY=8BITMIME",
      " RET=FULL",
      " RET=HDRS",
      " SMTPUTF8",
      " ENVID=",
      "+2B",
      "+",
      " NOTIFY=NEVER",
      " NOTIFY=SUCCESS,DELAY",
      ",FAILURE",
      " ORCPT=rfc822;a",
      " ORCPT=utf-8;",
      "\\x{FC}",
      "\\x{",
      "}",
      ";",
      "\u00c3\u00bc",
      "\u00c5\u00bf",
      " FOO=bar",
      "a".repeat(100)),
  SCANNER(
      FuzzScanner::fuzzerTestOneInput,
      "\r\n.\r\n",
      "\n.\n",
      "\r.\r",
      "\r\n.",
      ".\r\n",
      "..",
      "\r",
      "\n",
      "\0",
      "x".repeat(998),
      "x".repeat(999)),
  REPLIES(
      FuzzReplies::fuzzerTestOneInput,
      "250 OK\r\n",
      "250-",
      "250 2.1.5 ",
      "354\r\n",
      "421 4.3.2 ",
      "550-5.1.1 no\r\n550 5.1.1 one\r\n",
      "452 4.2.2 ",
      "199 ",
      "600 ",
      "\r\n",
      "\r",
      "\n",
      "\0",
      "\u001b[31m",
      "250-x\r\n".repeat(99),
      "x".repeat(990),
      "5.7.1",
      "\u00e9"),
  NOTICE(
      FuzzNotice::fuzzerTestOneInput,
      "\r\n",
      "\r\n\r\n",
      "\r\nBcc: x@y\r\n",
      "Subject: x\r\n",
      "\n",
      "\r",
      "+0D+0A",
      "+2B",
      "\\x{D}",
      " ",
      "\t",
      "\u00c3\u00bc",
      "\u00e2\u0080\u00a8",
      "\u00f0\u009f\u0098\u0080",
      "\u0000",
      "a@b.example",
      "x".repeat(900),
      "\u00f0\u009f\u0098\u0080".repeat(300));

  private final Consumer<byte[]> target;
  private final List<byte[]> words;

  Target(Consumer<byte[]> target, String... words) {
    this.target = target;
    this.words =
        java.util.Arrays.stream(words)
            .map(word -> word.getBytes(StandardCharsets.ISO_8859_1))
            .toList();
  }

  /** Throws when a promise is broken. */
  void run(byte[] input) {
    target.accept(input);
  }

  List<byte[]> words() {
    return words;
  }
}
