package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The sources of the page, before they are in a jar. */
class PageFilesTest {

  private static final Pattern IMPORT = Pattern.compile("(?m)^import .*?'\\./([^']+)';$");
  private static final int MOST_LINES = 400;

  @Test
  void files_inTheFolder_areTheOnesServed() throws Exception {
    try (Stream<Path> files = Files.list(folder())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(PageFiles.OURS.stream(), Stream.of("index.html")).toList());
    }
  }

  @Test
  void modules_importWhatIsServed_andNothingTurnsTextIntoMarkup() throws Exception {
    PageFiles served = new PageFiles();
    for (String name : PageFiles.OURS) {
      String text = Files.readString(folder().resolve(name));
      assertThat(IMPORT.matcher(text).results().map(m -> m.group(1)))
          .as(name)
          .allSatisfy(imported -> assertThat(served.all()).containsKey(imported));
      assertThat(text.lines().count()).as(name).isLessThan(MOST_LINES);
      assertThat(text)
          .as(name)
          .doesNotContain(
              "innerHTML", "outerHTML", "unsafe", "insertAdjacent", "eval(", "document.write")
          .doesNotContain("document.cookie", "style=");
    }
  }

  private static Path folder() throws URISyntaxException {
    URL index = Objects.requireNonNull(PageFiles.class.getResource("page/index.html"));
    return Objects.requireNonNull(Path.of(index.toURI()).getParent());
  }
}
