package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the page's files are served. */
class PageIT {

  private static final Pattern NAMED = Pattern.compile("(?:src|href)=\"(assets/[^\"]+)\"");

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
}
