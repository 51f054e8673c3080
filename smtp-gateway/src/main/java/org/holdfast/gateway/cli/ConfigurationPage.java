package org.holdfast.gateway.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * holdfast.yaml(5), from the comments of the shipped configuration: what stands above a key
 * explains it, what stands above the first key and an empty line explains the file.
 */
final class ConfigurationPage {

  static final String NAME = "holdfast.yaml";

  private static final Pattern KEY = Pattern.compile("( *)([a-z0-9-]+):(?: +(.*))?");

  /** Marks a key of the shipped file that a reload changes. */
  private static final String LIVE = "# live";

  private final List<String> comment = new ArrayList<>();
  private final Deque<String> path = new ArrayDeque<>();
  private final Roff page;
  private boolean begun;

  private ConfigurationPage(String version) {
    page = new Roff(NAME, 5, version);
  }

  /** The page. */
  static String roff(List<String> yaml, String version) {
    ConfigurationPage it = new ConfigurationPage(version);
    it.page.section("NAME").line(NAME + " - configuration of a Holdfast gateway");
    it.page.section("DESCRIPTION");
    yaml.forEach(it::read);
    it.page.section("SEE ALSO").line("holdfast(1), holdfast-serve(1), holdfast-check(1)");
    return it.page.toString();
  }

  private void read(String line) {
    Matcher key = KEY.matcher(line);
    if (line.strip().startsWith("#")) {
      String text = line.strip().substring(1);
      comment.add(text.startsWith(" ") ? text.substring(1) : text);
    } else if (line.isBlank()) {
      introduction();
    } else if (key.matches()) {
      key(key.group(1).length() / 2, key.group(2), key.group(3) == null ? "" : key.group(3));
    }
  }

  /** A comment with an empty line below belongs to no key. */
  private void introduction() {
    if (!comment.isEmpty() && !begun) {
      page.prose(flowing(comment));
      page.section("KEYS");
      begun = true;
    }
    comment.clear();
  }

  private void key(int depth, String name, String value) {
    while (path.size() > depth) {
      path.removeLast();
    }
    path.addLast(name);
    boolean live = value.endsWith(LIVE);
    String shown = live ? value.substring(0, value.length() - LIVE.length()).strip() : value;
    String called = String.join(".", path) + (shown.isEmpty() ? "" : ": " + shown);
    List<String> about = new ArrayList<>(comment.isEmpty() ? List.of(alike()) : flowing(comment));
    if (live) {
      about.add("Live: counts when the file is read again.");
    }
    page.term(called, about);
    comment.clear();
  }

  /** Lines that go on where the one before ended become one; what is indented stays as it is. */
  private static List<String> flowing(List<String> lines) {
    List<String> flowing = new ArrayList<>();
    for (String line : lines) {
      String before = flowing.isEmpty() ? "" : flowing.getLast();
      boolean goesOn = !before.isBlank() && !before.startsWith("  ");
      if (goesOn && !line.isBlank() && !line.startsWith("  ")) {
        flowing.set(flowing.size() - 1, before + " " + line);
      } else {
        flowing.add(line);
      }
    }
    return flowing;
  }

  /** Only what is explained above already stands without a word. */
  private String alike() {
    return path.getFirst().equals("lmtp") ? "As for smtp." : "";
  }
}
