package org.holdfast.gateway.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * {@code queue summary --follow}: how the releases go, look by look, until nothing is left. At a
 * terminal the lines are drawn anew in their place, else they come one below the other.
 */
final class ReleaseFollow {

  static final Duration EVERY = Duration.ofSeconds(1);

  private static final int BAR_WIDTH = 20;

  private final ClientOptions options;
  private final Terminal terminal;
  private final AdminClient client;
  private final Set<String> met = new TreeSet<>();
  private int drawn;
  private long left;

  ReleaseFollow(ClientOptions options, AdminClient client) {
    this.options = options;
    this.terminal = options.terminal();
    this.client = client;
  }

  /** The exit code. */
  int run() throws IOException, InterruptedException {
    look();
    Reconnect gateway = new Reconnect(terminal);
    while (left > 0) {
      options.pace().pause(EVERY);
      gateway.look(this::look);
    }
    if (!options.json() && met.isEmpty()) {
      terminal.line("nothing is being released");
    }
    return ExitCode.DONE;
  }

  private static long left(JsonNode releases) {
    return Pages.items(releases).valueStream().mapToLong(pair -> pair.path("left").asLong(0)).sum();
  }

  private void look() throws IOException, InterruptedException {
    JsonNode releases = client.get("/v1/releases");
    left = left(releases);
    if (options.json()) {
      terminal.line(releases.toString());
    } else {
      draw(releases);
    }
  }

  /** Those that ended before anybody looked are not shown. */
  private void draw(JsonNode releases) {
    List<String> lines = new ArrayList<>();
    for (JsonNode release : Pages.items(releases)) {
      String pair = Answers.text(release, "pair");
      if (release.path("left").asLong(0) > 0) {
        met.add(pair);
      }
      if (met.contains(pair)) {
        lines.add(line(release));
      }
    }
    if (terminal.screen()) {
      terminal.raw((drawn == 0 ? "" : "\u001B[" + drawn + "A") + "\u001B[J");
      drawn = lines.size();
      terminal.lines(lines.stream().map(this::fitting).toList());
    } else {
      String now = options.pace().now().truncatedTo(ChronoUnit.SECONDS).toString();
      lines.forEach(line -> terminal.line(now + "  " + line));
    }
  }

  /** A line that breaks would be drawn over the next time. */
  private String fitting(String line) {
    return terminal.width() == 0 ? line : Columns.cut(line, terminal.width() - 1);
  }

  /** Such as {@code imap7-8 [####......] 1 200 of 4 600 done, 3 400 left, 250.0/s, ends in 14s}. */
  private String line(JsonNode release) {
    long done = release.path("done").asLong(0);
    long left = release.path("left").asLong(0);
    StringBuilder line = new StringBuilder(Answers.text(release, "pair"));
    if (terminal.screen()) {
      line.append(' ').append(Progress.bar(done, done + left, BAR_WIDTH));
    }
    line.append("  done ").append(done).append("  left ").append(left);
    line.append("  ").append(Answers.text(release, "rate")).append("/s  ");
    return Terminal.oneLine(line.append(end(release)).toString());
  }

  /** When it will be over, or why that is not known. */
  static String end(JsonNode release) {
    String state = Answers.text(release, "state");
    String end = Answers.shown(release, "expectedEnd");
    return switch (state) {
      case "ended" -> "ended " + Answers.shown(release, "ended");
      case "down" -> {
        String next = Answers.shown(release, "nextProbe");
        yield "DOWN, next try " + (next.isEmpty() ? "soon" : next) + said(release);
      }
      case "silent" -> "SILENT: no answer since " + Answers.shown(release, "unanswered");
      case "probing" -> "DOWN, being tried" + said(release);
      case "stalled" -> "STALLED: the gateway cannot write what becomes of its attempts";
      default -> "expected end " + (end.isEmpty() ? "-" : end);
    };
  }

  private static String said(JsonNode release) {
    String reply = Answers.text(release, "lastReply");
    return reply.isEmpty() ? "" : ": " + reply;
  }
}
