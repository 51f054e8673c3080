package org.holdfast.gateway.demo;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One LMTP conversation (RFC 2033) on the server's side. Confined to its own thread. Replies are
 * flushed only when no pipelined command waits (RFC 2920 section 3.2).
 */
final class LmtpSession implements Runnable {

  /** Octets of one command line, beyond which the connection is closed. */
  static final int MAX_LINE = 4_096;

  /** Octets of one message; more is read to its end and refused. */
  static final int MAX_MESSAGE = 64 << 20;

  private static final Pattern RCPT_PATH =
      Pattern.compile("TO:\\s*<([^<>]+)>.*", Pattern.CASE_INSENSITIVE);

  private final MailboxDoor door;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final List<String> recipients = new ArrayList<>();
  private boolean inTransaction;

  LmtpSession(MailboxDoor door, Socket socket) throws IOException {
    this.door = door;
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
    this.out = new BufferedOutputStream(socket.getOutputStream());
  }

  @Override
  public void run() {
    try (socket) {
      reply("220 " + door.name() + " LMTP ready");
      while (obey(readLine())) {
        flushUnlessPipelined();
      }
      out.flush();
    } catch (IOException e) {
      // The client went away, or this server died: in a conversation both just end it.
    } finally {
      door.ended(socket);
    }
  }

  /** Carries out one command; false ends the conversation. */
  private boolean obey(String line) throws IOException {
    String verb = line.split(" ", 2)[0].toUpperCase(Locale.ROOT);
    String argument = line.length() > verb.length() ? line.substring(verb.length() + 1) : "";
    switch (verb) {
      case "LHLO" -> greet();
      case "MAIL" -> mail();
      case "RCPT" -> rcpt(argument);
      case "DATA" -> data();
      case "RSET" -> reset();
      case "NOOP" -> reply("250 2.0.0 OK");
      case "QUIT" -> reply("221 2.0.0 Bye");
      default -> reply("500 5.5.2 Unknown command");
    }
    return !verb.equals("QUIT");
  }

  private void greet() throws IOException {
    reply("250-" + door.name());
    reply("250-PIPELINING");
    reply("250-8BITMIME");
    reply("250-SMTPUTF8");
    reply("250-ENHANCEDSTATUSCODES");
    reply("250 SIZE " + MAX_MESSAGE);
  }

  private void mail() throws IOException {
    recipients.clear();
    inTransaction = true;
    reply("250 2.1.0 OK");
  }

  private void rcpt(String argument) throws IOException {
    Matcher path = RCPT_PATH.matcher(argument);
    if (!inTransaction) {
      reply("503 5.5.1 MAIL first");
    } else if (!path.matches()) {
      reply("501 5.5.4 RCPT TO:<address>");
    } else if (!door.knows(path.group(1))) {
      reply("550 5.1.1 No such mailbox here");
    } else {
      recipients.add(path.group(1));
      reply("250 2.1.5 OK");
    }
  }

  private void reset() throws IOException {
    recipients.clear();
    inTransaction = false;
    reply("250 2.0.0 OK");
  }

  private void data() throws IOException {
    if (recipients.isEmpty()) {
      reply("503 5.5.1 RCPT first"); // RFC 2033 section 4.2
      return;
    }
    reply("354 Go ahead");
    out.flush();
    byte[] message = readMessage();
    door.deliver(() -> storeForEach(message));
    recipients.clear();
    inTransaction = false;
  }

  /** One reply for each recipient (RFC 2033 section 4.2), on the wire before this returns. */
  private void storeForEach(byte[] message) throws IOException {
    for (String recipient : recipients) {
      reply(message.length > MAX_MESSAGE ? "552 5.3.4 Too large" : store(recipient, message));
    }
    out.flush();
  }

  private String store(String recipient, byte[] message) {
    try {
      door.mailboxes().store(recipient, message);
      return "250 2.0.0 <" + recipient + "> Saved";
    } catch (IOException e) {
      return "451 4.3.0 <" + recipient + "> Storage trouble";
    }
  }

  private void flushUnlessPipelined() throws IOException {
    if (in.available() == 0) {
      out.flush();
    }
  }

  private void reply(String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    if (line.startsWith("220")) {
      out.flush();
    }
  }

  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0 || line.size() == MAX_LINE) {
        throw new EOFException();
      }
      line.write(octet);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** Up to CRLF.CRLF, leading dots taken off; keeps at most one octet more than allowed. */
  private byte[] readMessage() throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream(8 << 10);
    DotStuffing stuffing = new DotStuffing(message, MAX_MESSAGE + 1);
    while (!stuffing.ended()) {
      int octet = in.read();
      if (octet < 0) {
        throw new EOFException();
      }
      stuffing.accept(octet);
    }
    return message.toByteArray();
  }
}
