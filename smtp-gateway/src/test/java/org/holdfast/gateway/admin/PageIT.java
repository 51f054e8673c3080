package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's files and how they are served. */
class PageIT {

  private static final Pattern NAMED = Pattern.compile("(?:src|href)=\"(assets/[^\"]+)\"");
  private static final Pattern IMPORT = Pattern.compile("(?m)^import .*?'\\./([^']+)';$");
  private static final int MOST_LINES = 400;

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void page_isSelfContainedUnderAStrictPolicy() throws Exception {
    var page = api.call(null, "GET", "/", null);
    assertThat(page.header("Content-Type")).startsWith("text/html");
    assertThat(page.header("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
        .contains("frame-ancestors 'none'", "require-trusted-types-for 'script'")
        .doesNotContain("unsafe", "http", "data:");
    assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
    assertThat(page.header("Cache-Control")).isEqualTo("no-cache");
    assertThat(page.body()).contains("<title>Holdfast</title>").doesNotContain("http", "style=");
    assertThat(page.body()).doesNotContainPattern("<script(?![^>]*src)|\\son[a-z]+=");
  }

  @Test
  void files_namedByThePage_areThereAndMayBeKept() throws Exception {
    var page = api.call(null, "GET", "/", null);
    List<String> named = NAMED.matcher(page.body()).results().map(m -> m.group(1)).toList();
    assertThat(named).hasSizeGreaterThan(3);
    for (String path : named) {
      var file = api.call(null, "GET", "/" + path, null);
      assertThat(file.status()).as(path).isEqualTo(200);
      assertThat(file.header("Cache-Control")).contains("immutable");
      assertThat(file.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }
  }

  @Test
  void file_ofAnotherVersion_isNotThere() throws Exception {
    assertThat(api.call(null, "GET", "/assets/0123456789abcdef/app.js", null).status())
        .isEqualTo(404);
  }

  @Test
  void file_askedForWithGzip_isSmaller() throws Exception {
    String app = "/" + new PageFiles().folder() + "/app.js";
    var plain = api.call(null, "GET", app, null);
    var request = api.request(null, "GET", app, null).header("Accept-Encoding", "gzip").build();
    var zipped = api.send(request);
    assertThat(zipped.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(zipped.http().headers().firstValueAsLong("Content-Length").orElse(0))
        .isBetween(100L, plain.body().length() / 2L);
  }

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

  private static Path folder() throws URISyntaxException, IOException {
    URL index = Objects.requireNonNull(PageFiles.class.getResource("page/index.html"));
    return Objects.requireNonNull(Path.of(index.toURI()).getParent());
  }
}
