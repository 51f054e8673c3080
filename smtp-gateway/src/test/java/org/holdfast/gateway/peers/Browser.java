package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Debian's Chromium with a person before it, who sees what is shown and waits for what comes. */
final class Browser implements AutoCloseable {

  static final Path PROGRAM = Path.of("/usr/bin/chromium");
  static final Path DRIVER = Path.of("/usr/bin/chromedriver");

  /** Long, because a busy machine is slow; how fast the page is, is not measured here. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");
  private static final JsonMapper JSON = new JsonMapper();

  final ChromeDriver driver;

  Browser(Path downloads) {
    SELENIUM.setLevel(Level.SEVERE); // it warns that it is older than the browser
    ChromeOptions options = new ChromeOptions();
    options.setBinary(PROGRAM.toString());
    options.addArguments("--headless=new", "--window-size=1280,800", "--lang=en");
    options.addArguments("--disable-dev-shm-usage", "--no-first-run", "--disable-sync");
    options.addArguments("--disable-background-networking", "--disable-component-update");
    if (System.getProperty("user.name").equals("root")) {
      options.addArguments("--no-sandbox"); // Chromium's sandbox refuses root
    }
    options.setExperimentalOption(
        "prefs", Map.of("download.default_directory", downloads.toString()));
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(new File(DRIVER.toString()))
            .withSilent(true)
            .build();
    driver = new ChromeDriver(service, options);
  }

  // ---- going somewhere

  /** The page in a tab that knows no token. */
  void open(URI page) {
    driver.get(page.toString());
    run("sessionStorage.clear(); localStorage.clear(); location.hash = ''");
    driver.navigate().refresh();
    see("#token");
  }

  /** The page, signed in, at this place, such as {@code #/queue}. */
  void openAs(URI page, String token, String place) {
    driver.get(page.toString());
    run("sessionStorage.setItem('holdfast.token', arguments[0])", token);
    driver.get(page + place);
    driver.navigate().refresh();
    see("main h1");
  }

  void go(String place) {
    run("location.hash = arguments[0]", place);
  }

  // ---- seeing

  /** Waits for an element by CSS that is shown. */
  WebElement see(String css) {
    return await(css)
        .atMost(PATIENCE)
        .pollInterval(LOOK_AGAIN)
        .ignoreExceptionsInstanceOf(WebDriverException.class)
        .until(
            () ->
                driver.findElements(By.cssSelector(css)).stream()
                    .filter(WebElement::isDisplayed)
                    .findFirst()
                    .orElse(null),
            element -> element != null);
  }

  /** Waits until what this CSS finds says this. */
  void seeText(String css, String text) {
    await(css + " says " + text)
        .atMost(PATIENCE)
        .pollInterval(LOOK_AGAIN)
        .ignoreException(StaleElementReferenceException.class)
        .untilAsserted(() -> assertThat(texts(css)).anySatisfy(t -> assertThat(t).contains(text)));
  }

  /** Waits until nothing is found by it. */
  void gone(String css) {
    await(css + " is gone")
        .atMost(PATIENCE)
        .pollInterval(LOOK_AGAIN)
        .until(() -> driver.findElements(By.cssSelector(css)).isEmpty());
  }

  List<String> texts(String css) {
    return driver.findElements(By.cssSelector(css)).stream().map(WebElement::getText).toList();
  }

  // ---- doing

  /** Clicks the button or link that bears this text, within what the CSS finds. */
  void click(String within, String text) {
    await("a button " + text)
        .atMost(PATIENCE)
        .pollInterval(LOOK_AGAIN)
        .ignoreExceptionsInstanceOf(WebDriverException.class)
        .until(() -> {
          for (WebElement place : driver.findElements(By.cssSelector(within))) {
            for (WebElement button : place.findElements(By.cssSelector("button, a, label"))) {
              if (button.isDisplayed() && button.isEnabled() && button.getText().equals(text)) {
                button.click();
                return true;
              }
            }
          }
          return false;
        });
  }

  /** Types into the field of a dialog or form that bears this label, or chooses there. */
  void fill(String label, String text) {
    await("a field " + label)
        .atMost(PATIENCE)
        .pollInterval(LOOK_AGAIN)
        .ignoreExceptionsInstanceOf(WebDriverException.class)
        .until(() -> {
          for (WebElement each : driver.findElements(By.tagName("label"))) {
            if (each.isDisplayed() && each.getText().startsWith(label)) {
              WebElement field =
                  driver.findElement(By.id(String.valueOf(each.getDomAttribute("for"))));
              if (field.getTagName().equals("select")) {
                return choose(field, text);
              }
              field.clear();
              field.sendKeys(text);
              return true;
            }
          }
          return false;
        });
  }

  private static boolean choose(WebElement select, String text) {
    for (WebElement option : select.findElements(By.tagName("option"))) {
      if (option.getText().startsWith(text)) {
        option.click();
        return true;
      }
    }
    return false;
  }

  /** Keys to whatever has the focus. */
  void keys(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /** Tab until what has the focus says this; fails when the focus comes around. */
  void tabTo(String text) {
    for (int i = 0; i < 100; i++) {
      WebElement now = driver.switchTo().activeElement();
      if (now.getText().equals(text)) {
        return;
      }
      now.sendKeys(Keys.TAB);
    }
    throw new AssertionError("the Tab key does not lead to " + text);
  }

  @Nullable Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** What axe finds wrong with what is shown, by the rules of WCAG 2.2 A and AA. */
  List<String> inaccessible() throws IOException {
    if (!Boolean.TRUE.equals(run("return Boolean(window.axe)"))) {
      try (InputStream axe =
          Objects.requireNonNull(Browser.class.getResourceAsStream("/axe.min.js"))) {
        run(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    Object found =
        driver.executeAsyncScript(
            """
            const done = arguments[0];
            axe.run(document, {
              runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
              resultTypes: ['violations']
            }).then((r) => done(r.violations.flatMap((v) =>
              v.nodes.slice(0, 3).map((n) => v.id + ': ' + n.html.slice(0, 200)))));
            """);
    return ((List<?>) Objects.requireNonNull(found)).stream().map(String::valueOf).toList();
  }

  /** A window of a phone's or a screen's size. */
  void size(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
  }

  /** Every request bears this Authorization, whatever the page says; null: the page's own again. */
  void forceAuthorization(String value) {
    driver.executeCdpCommand("Network.enable", Map.of());
    driver.executeCdpCommand(
        "Network.setExtraHTTPHeaders",
        Map.of("headers", value.isEmpty() ? Map.of() : Map.of("Authorization", value)));
  }

  // ---- what it did meanwhile

  /** New errors and warnings of the console: scripts that failed, what the policy blocked. */
  List<String> complaints() {
    List<String> console = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
      if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
        console.add(entry.getMessage());
      }
    }
    return console;
  }

  /** Addresses of all new requests. */
  List<String> requests() {
    List<String> asked = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = JSON.readTree(entry.getMessage()).path("message");
      if (message.path("method").asString("").equals("Network.requestWillBeSent")) {
        asked.add(message.path("params").path("request").path("url").asString());
      }
    }
    return asked;
  }

  @Override
  public void close() {
    driver.quit();
  }
}
