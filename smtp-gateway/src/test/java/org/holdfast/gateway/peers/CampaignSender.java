package org.holdfast.gateway.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An upstream server that behaves as RFC 5321 asks: it keeps each message until it got a 250, and
 * sends the next one only then. Alone in writing to its users, so the order of acceptance is the
 * order of numbers. What it knows may be read when its thread has ended.
 */
final class CampaignSender implements Runnable {

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int TIMEOUT_MILLIS = 30_000;

  /** So that most of the log is soon of no use, and compaction has something to carry. */
  private static final int FIRST_ONE_IN = 5;

  final List<String> users;

  /** By user, the numbers answered with 250, in that order. */
  final Map<String, List<Integer>> acknowledged = new TreeMap<>();

  /** By number, how often the answer to the final dot did not come. */
  final Map<Integer, Integer> cut = new HashMap<>();

  /** By number, how often the answer to the final dot was "later". */
  final Map<Integer, Integer> putOff = new HashMap<>();

  /** By number, the gateway's id of the copy that was answered with 250. */
  final Map<Integer, String> ids = new HashMap<>();

  /** Answers that say "never": there must be none. */
  final List<String> bounced = new ArrayList<>();

  /** Answers that say "later". */
  int deferred;

  private final int port;
  private final Random random;
  private int number;
  private volatile boolean stopping;

  CampaignSender(List<String> users, int port, long seed) {
    this.users = users;
    this.port = port;
    this.random = new Random(seed);
  }

  /** Forgets what was answered; its numbers go on. */
  void forget() {
    acknowledged.clear();
    ids.clear();
    cut.clear();
    putOff.clear();
    deferred = 0;
    stopping = false;
  }

  /** Ends when the message it is at was taken. */
  void stop() {
    stopping = true;
  }

  @Override
  public void run() {
    Connection connection = null;
    while (!stopping) {
      number++;
      List<String> to = recipients();
      String letter = CampaignLetter.write(number, random);
      connection = untilTaken(connection, number, to, letter);
      for (String user : to) {
        acknowledged.computeIfAbsent(user, u -> new ArrayList<>()).add(number);
      }
    }
    close(connection);
  }

  /** Some of its users; the first one, who is held all the time, less often. */
  private List<String> recipients() {
    List<String> to = new ArrayList<>(users);
    to.removeIf(user -> random.nextInt(user.equals(users.getFirst()) ? FIRST_ONE_IN : 2) > 0);
    return to.isEmpty() ? List.of(users.getLast()) : to;
  }

  private Connection untilTaken(
      @Nullable Connection open, int number, List<String> to, String letter) {
    Connection connection = open;
    while (true) {
      try {
        if (connection == null) {
          connection = new Connection();
        }
        if (connection.send(number, to, letter)) {
          return connection;
        }
      } catch (IOException e) {
        close(connection);
        connection = null;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static void close(@Nullable Connection connection) {
    try {
      if (connection != null) {
        connection.socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException("a socket that cannot be closed", e);
    }
  }

  /** One SMTP session. */
  private final class Connection {
    final Socket socket = new Socket();
    private final BufferedReader in;
    private final Writer out;

    Connection() throws IOException {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.ISO_8859_1);
      reply();
      say("EHLO sender.test");
    }

    /** Whether the gateway took the message. */
    boolean send(int number, List<String> to, String letter) throws IOException {
      if (!yes(say("MAIL FROM:<sender@example.net>"))) {
        return false;
      }
      for (String user : to) {
        if (!yes(say("RCPT TO:<" + user + ">"))) {
          say("RSET");
          return false;
        }
      }
      if (!say("DATA").startsWith("354")) {
        say("RSET");
        return false;
      }
      out.write(letter.replace("\r\n.", "\r\n.."));
      out.flush();
      cut.merge(number, 1, Integer::sum);
      String answer = say(".");
      boolean taken = yes(answer);
      ids.put(number, answer.substring(answer.indexOf('=') + 1));
      cut.merge(number, -1, Integer::sum);
      if (!taken) {
        putOff.merge(number, 1, Integer::sum);
      }
      return taken;
    }

    private boolean yes(String reply) {
      if (reply.startsWith("5")) {
        bounced.add(reply);
      }
      deferred += reply.startsWith("4") ? 1 : 0;
      return reply.startsWith("2");
    }

    private String say(String line) throws IOException {
      out.write(line + "\r\n");
      out.flush();
      return reply();
    }

    private String reply() throws IOException {
      return Replies.last(in);
    }
  }
}
