package org.holdfast.gateway.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;

/**
 * An LMTP server (RFC 2033) that takes everything and keeps of each message what the campaign asks
 * about, so that hours of mail fit in memory. A message counts as arrived before that is said.
 * Thread-safe.
 */
final class CampaignBackend implements AutoCloseable {

  /**
   * One delivery.
   *
   * @param number which the sender gave it
   * @param id the gateway's id
   * @param whole whether the body is what the sender wrote
   * @param nanoTime when its final dot was read
   */
  record Arrival(int number, String id, boolean whole, long nanoTime) {}

  private final LoopbackServer server;
  private final Map<String, List<Arrival>> arrivals = new ConcurrentHashMap<>();

  CampaignBackend() throws IOException {
    server = new LoopbackServer(Thread.ofVirtual(), this::serve);
  }

  int port() {
    return server.port();
  }

  /** What arrived for this user so far, in order. */
  List<Arrival> arrivals(String user) {
    List<Arrival> all = arrivals.getOrDefault(user, List.of());
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  /** Forgets what arrived. */
  void forget() {
    arrivals.clear();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void serve(Socket socket) {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        Writer out =
            new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.ISO_8859_1)) {
      converse(in, out);
    } catch (IOException e) {
      return; // the gateway was killed
    }
  }

  private void converse(BufferedReader in, Writer out) throws IOException {
    List<String> to = new ArrayList<>();
    say(out, "220 backend LMTP");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String verb = line.substring(0, Math.min(4, line.length()));
      switch (verb) {
        case "LHLO" -> say(out, "250-backend\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8");
        case "RCPT" -> {
          to.add(line.substring(line.indexOf('<') + 1, line.indexOf('>')));
          say(out, "250 2.1.5 ok");
        }
        case "DATA" -> {
          say(out, "354 go");
          arrive(in, to);
          for (String user : to) {
            say(out, "250 2.0.0 <" + user + "> saved");
          }
          to.clear();
        }
        case "RSET" -> {
          to.clear();
          say(out, "250 2.0.0 ok");
        }
        case "QUIT" -> {
          say(out, "221 2.0.0 bye");
          return;
        }
        default -> say(out, "250 2.0.0 ok");
      }
    }
  }

  private static void say(Writer out, String reply) throws IOException {
    out.write(reply + "\r\n");
    out.flush();
  }

  private void arrive(BufferedReader in, List<String> to) throws IOException {
    CRC32 body = new CRC32();
    int number = 0;
    long checksum = -1;
    String id = "";
    boolean header = true;
    for (String line = in.readLine(); !".".equals(line); line = in.readLine()) {
      if (line == null) {
        throw new IOException("cut off in the content");
      }
      if (header) {
        number = line.startsWith(CampaignLetter.NUMBER) ? (int) CampaignLetter.after(line) : number;
        checksum = line.startsWith(CampaignLetter.CHECKSUM) ? CampaignLetter.after(line) : checksum;
        id = line.startsWith("X-Holdfast-Id: ") ? line.substring(15) : id;
        header = !line.isEmpty();
      } else {
        String text = line.startsWith(".") ? line.substring(1) : line;
        body.update((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    keep(to, new Arrival(number, id, body.getValue() == checksum, System.nanoTime()));
  }

  private void keep(List<String> to, Arrival arrival) {
    for (String user : to) {
      List<Arrival> all = arrivals.computeIfAbsent(user, u -> new ArrayList<>());
      synchronized (all) {
        all.add(arrival);
      }
    }
  }
}
