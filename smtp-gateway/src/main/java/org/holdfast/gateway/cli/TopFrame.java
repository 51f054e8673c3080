package org.holdfast.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Draws what {@code top} saw, as lines; knows nothing of terminals. */
final class TopFrame {

  private static final int BAR_WIDTH = 20;

  private static final List<String> HELP =
      List.of(
          "  q             end",
          "  j k, arrows   scroll; blank, page up, page down",
          "  s             sort the pairs by name, held, oldest, rate",
          "  p             pause: the screen stays as it is",
          "  h             this",
          "",
          "  HEALTH  of the active member: up, down, unknown (nothing was sent to it yet)",
          "  OPEN    deliveries that are open to the pair now",
          "  RATE    held deliveries a second that it takes");

  private final TopLook look;
  private final TopView view;
  private final String url;

  TopFrame(TopLook look, TopView view, String url) {
    this.look = look;
    this.view = view;
    this.url = url;
  }

  /** A line, and how it is to stand out. */
  record Line(String text, Tone tone) {

    /** As wide as it may be, in colour where there is one. */
    String shown(int width, boolean colours) {
      String cut = width > 0 ? Columns.cut(text, width) : text;
      return colours && !tone.code.isEmpty()
          ? "\u001B[" + tone.code + "m" + cut + "\u001B[0m"
          : cut;
    }
  }

  /** How a line stands out. */
  enum Tone {
    PLAIN(""),
    TITLE("1"),
    HEADER("1;7"),
    GOOD("32"),
    ALARM("1;31");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  /** All of it, one part below the other: for a file, a pipe, a mail. */
  List<Line> all() {
    List<Line> lines = head();
    lines.addAll(body(0));
    return lines;
  }

  /** Exactly {@code height} lines, for a screen so wide and high. */
  List<Line> screen(int width, int height) {
    List<Line> head = head();
    List<Line> body = view.help() ? help() : body(width);
    int room = Math.max(0, height - 1 - Math.min(head.size(), height - 1));
    view.scrollAtMost(body.size() - room);
    List<Line> lines = new ArrayList<>(head.subList(0, Math.min(head.size(), height - 1)));
    lines.addAll(body.subList(view.scroll(), Math.min(body.size(), view.scroll() + room)));
    while (lines.size() < height - 1) {
      lines.add(plain(""));
    }
    lines.add(new Line(Columns.fill(keys(body.size(), room), width), Tone.HEADER));
    return lines;
  }

  private String keys(int size, int room) {
    String below = size - view.scroll() > room ? "  more below" : "";
    return " q quit  j/k scroll  s sort: "
        + view.sort().word()
        + "  p "
        + (view.paused() ? "go on" : "pause")
        + "  h help"
        + below;
  }

  private List<Line> head() {
    List<Line> lines = new ArrayList<>();
    String paused = view.paused() ? "  PAUSED" : "";
    String at = Answers.toTheSecond(look.at().toString());
    lines.add(new Line("Holdfast  " + url + "  " + at + paused, Tone.TITLE));
    String trouble = view.trouble();
    if (trouble != null) {
      lines.add(new Line(Terminal.oneLine("NO ANSWER, trying again: " + trouble), Tone.ALARM));
    }
    lines.add(plain(look.totals()));
    lines.add(plain(look.rates()));
    List<String> needs = look.needsPerson();
    if (needs.isEmpty()) {
      lines.add(new Line("Needs a person: nothing", Tone.GOOD));
    }
    for (String need : needs) {
      lines.add(new Line(Terminal.oneLine("Needs a person: " + need), Tone.ALARM));
    }
    lines.add(plain(""));
    return lines;
  }

  private static List<Line> help() {
    return HELP.stream().map(TopFrame::plain).toList();
  }

  private List<Line> body(int width) {
    List<Line> lines = new ArrayList<>(pairs(width));
    if (!look.releases().isEmpty()) {
      lines.add(plain(""));
      lines.add(new Line("RELEASING", Tone.TITLE));
      look.releases().forEach(release -> lines.add(release(release)));
    }
    if (!look.events().isEmpty()) {
      lines.add(plain(""));
      lines.add(new Line("EVENTS, the newest first", Tone.TITLE));
      List<Line> events =
          look.events().valueStream().map(event -> plain(Answers.sentence(event))).toList();
      lines.addAll(events.reversed());
    }
    return lines;
  }

  private List<Line> pairs(int width) {
    List<JsonNode> pairs =
        look.pairs().valueStream().sorted(view.sort().order()).collect(Collectors.toList());
    Table table =
        new Table(
            "PAIR",
            "ACTIVE",
            "HEALTH",
            "STATE",
            "HELD",
            "READY",
            "DEFERRED",
            "PARKED",
            "OPEN",
            "RATE",
            "OLDEST",
            "REASON");
    pairs.forEach(pair -> row(table, pair));
    List<String> rows = table.lines(width);
    List<Line> lines = new ArrayList<>();
    lines.add(new Line(rows.getFirst(), Tone.TITLE));
    for (int i = 0; i < pairs.size(); i++) {
      lines.add(new Line(rows.get(i + 1), tone(pairs.get(i))));
    }
    return lines;
  }

  private static Tone tone(JsonNode pair) {
    return switch (Answers.text(pair, "health")) {
      case "down", "silent" -> Tone.ALARM;
      default -> Tone.PLAIN;
    };
  }

  private void row(Table table, JsonNode pair) {
    JsonNode states = pair.path("byState");
    String oldest = Answers.text(pair, "oldest");
    String state = Answers.text(pair, "state");
    table.row(
        Answers.text(pair, "name"),
        Answers.text(pair, "active"),
        Answers.text(pair, "health"),
        state,
        Answers.text(states, "held"),
        Answers.text(states, "ready"),
        Answers.text(states, "deferred"),
        Answers.text(states, "parked"),
        Answers.text(pair, "inFlight"),
        "%.1f/s".formatted(pair.path("ratePerSecond").asDouble(0)),
        oldest.isEmpty() ? "-" : Answers.age(oldest, look.at()),
        state.equals("hold") ? Answers.text(pair, "reason") : "");
  }

  private static Line release(JsonNode release) {
    long done = release.path("done").asLong(0);
    long left = release.path("left").asLong(0);
    JsonNode users = release.path("users");
    String who = users.isEmpty() ? "" : "  at " + Answers.text(users.get(0), "user");
    String line =
        "%s %s done %s  left %s  %.1f/s  %s%s"
            .formatted(
                Answers.text(release, "pair"),
                Progress.bar(done, done + left, BAR_WIDTH),
                Progress.count(done),
                Progress.count(left),
                release.path("rate").asDouble(0),
                ReleaseFollow.end(release),
                who);
    String state = Answers.text(release, "state");
    boolean fine = state.equals("releasing") || state.equals("ended");
    return new Line(Terminal.oneLine(line), fine ? Tone.PLAIN : Tone.ALARM);
  }

  private static Line plain(String text) {
    return new Line(text, Tone.PLAIN);
  }
}
