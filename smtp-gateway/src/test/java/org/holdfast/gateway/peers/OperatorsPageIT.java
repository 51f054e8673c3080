package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/**
 * An operator before the page: real Chromium, a whole gateway, scripted backends. After each test
 * nothing was blocked by the page's policy, no script failed, and nobody else was asked.
 */
class OperatorsPageIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String HOSTILE =
      "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>'&amp;${1}";

  @TempDir static Path folder;

  private static OperatedGateway gateway;
  private static Browser browser;

  @BeforeAll
  static void open() throws Exception {
    Peers.browserNeeded();
    List<String> users =
        List.of(
            "alice@example.com",
            "bob@example.com",
            "carol@example.com",
            "dora@example.com",
            "erin@example.com",
            "frank@example.com",
            "grace@example.com",
            "parked@example.com",
            "hostile@example.com");
    gateway = new OperatedGateway(folder, users, "release: { rate-per-pair: 15 }");
    String refusal = "550 5.1.1 <parked@example.com> User doesn't exist " + HOSTILE;
    gateway.imap5.on(Point.RCPT, "parked@example.com", Act.reply(refusal));
    browser = new Browser(folder);
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (gateway != null) {
      gateway.close();
    }
  }

  @AfterEach
  void nothingWasBlockedAndNobodyElseAsked() throws Exception {
    // Chromium writes every answer that is an error; these are looked for by the tests.
    assertThat(browser.complaints())
        .filteredOn(line -> !line.matches(".*/v1/.* responded with a status of 40[0149] .*"))
        .filteredOn(line -> !line.contains("net::ERR_CONNECTION_REFUSED")) // the restart
        .isEmpty();
    assertThat(browser.requests())
        .isNotEmpty()
        .allSatisfy(url ->
            assertThat(url)
                .matches(u -> u.startsWith(gateway.page().toString()) || u.startsWith("blob:")));
  }

  private static void signedIn(String place) {
    browser.openAs(gateway.page(), gateway.token(), place);
  }

  @Test
  void signIn_withAWrongToken_isRefused_withTheRightOneOpens() {
    browser.open(gateway.page());
    browser.see("#token").sendKeys("wrong", Keys.ENTER);
    browser.seeText("dialog .trouble", "not a valid token");
    browser.see("#token").clear();
    browser.see("#token").sendKeys(gateway.token(), Keys.ENTER);
    browser.seeText("main h1", "Overview");
    browser.gone("dialog");
    browser.seeText("main", "imap5-6");
    browser.click(".top", "Sign out");
    browser.see("#token");
    assertThat(browser.run("return sessionStorage.length")).isEqualTo(0L);
    assertThat(browser.driver.manage().getCookies()).isEmpty();
  }

  @Test
  void user_flippedWithAReason_isHeldAndSaysWhy() throws Exception {
    signedIn("#/users?q=ali");
    browser.click("main tbody", "Change…");
    browser.fill("Reason", "disk of server3 is broken");
    browser.seeText("dialog .says", "accepted and held");
    browser.click("dialog", "Set to being moved");
    browser.gone("dialog");
    browser.seeText("#said", "Quiesced");
    assertThat(gateway.get("/v1/users/alice@example.com").path("state").asString())
        .isEqualTo("moving");
    gateway.send(3, "sender@elsewhere.example", "alice@example.com", "Subject: waits");
    browser.go("#/users/alice@example.com");
    browser.seeText(".explain", "disk of server3 is broken");
    browser.seeText("main .facts", "3 deliveries");
    browser.seeText("main table", "state: active → moving");
  }

  @Test
  void release_isWatchedToItsEnd() throws Exception {
    gateway.state("bob@example.com", "moving", "copying");
    gateway.send(30, "sender@elsewhere.example", "bob@example.com", "Subject: many");
    signedIn("#/users/bob@example.com");
    browser.click("main", "Set active…");
    browser.seeText("dialog .says", "30 deliveries held go first");
    browser.fill("Reason", "copied");
    browser.click("dialog", "Set to active");
    browser.gone("dialog");
    browser.go("#/releases");
    browser.seeText("main progress, main .panel", "bob@example.com");
    browser.seeText("main .panel", "Expected end");
    browser.seeText("main .panel", "Done.");
    assertThat(gateway.get("/v1/users/bob@example.com").path("held").asInt()).isZero();
  }

  @Test
  void parkedMessage_isReadAndRedirected() throws Exception {
    gateway.send(
        1, "orders@shop.example", "parked@example.com", "Subject: Order 4711\r\nX-Shop: yes");
    signedIn("#/needs");
    browser.seeText(".need", "parked");
    browser.click(".need", "Show them");
    browser.seeText("main tbody", "User doesn't exist");
    browser.see("main tbody th a").click();
    browser.seeText("main h1", "Order 4711");
    browser.seeText(
        ".delivery .reply", "550 5.1.1 <parked@example.com> User doesn't exist " + HOSTILE);
    assertThat(browser.run("return window.hacked")).isNull();
    browser.seeText(".headers", "X-Shop");
    browser.seeText(".raw", "hello 0");
    browser.click(".delivery", "Redirect");
    browser.fill("To which address", "carol@example.com");
    browser.click("dialog", "Redirect");
    browser.gone("dialog");
    await().atMost(PATIENCE).until(() -> delivered("carol@example.com") == 1);
    browser.seeText("main .empty", "No such message is held");
  }

  private static long delivered(String recipient) {
    return gateway.imap5.received().stream()
        .filter(message -> message.delivered().contains(recipient))
        .count();
  }

  @Test
  void allThatMatch_areCountedBeforeTheyAreDiscarded() throws Exception {
    gateway.state("grace@example.com", "moving", "test");
    gateway.send(4, "spam@elsewhere.example", "grace@example.com", "Subject: spam");
    signedIn("#/queue?sender=spam@elsewhere.example");
    browser.click("main", "Discard…");
    browser.seeText("dialog h2", "4 deliveries");
    browser.fill("Reason", "spam run");
    browser.fill("Type the number 4", "5");
    browser.click("dialog", "Discard 4");
    browser.seeText("dialog .trouble", "Type 4");
    browser.fill("Type the number 4", "4");
    browser.click("dialog", "Discard 4");
    browser.gone("dialog");
    assertThat(gateway.get("/v1/users/grace@example.com").path("held").asInt()).isZero();
  }

  @Test
  void event_arrivesLive() throws Exception {
    signedIn("#/events");
    browser.seeText("main .panel-extra", "live");
    gateway.state("dora@example.com", "recovering", "told from elsewhere");
    browser.seeText("main tbody", "told from elsewhere");
    browser.fill("What", "tokens");
    browser.seeText("main .panel", "None.");
    browser.fill("What", "single users");
    browser.seeText("main tbody", "told from elsewhere");
  }

  @Test
  void hostileStrings_areText() throws Exception {
    String reason = HOSTILE.replace("\"", "\\\"");
    gateway.state("hostile@example.com", "moving", reason);
    gateway.send(1, "\"<b>x</b>\"@elsewhere.example", "hostile@example.com", "Subject: " + HOSTILE);
    signedIn("#/queue?recipient=hostile@example.com");
    browser.seeText("main tbody", "<b>x</b>");
    browser.see("main tbody th a").click();
    browser.seeText("main h1", HOSTILE);
    for (String place : List.of("#/users/hostile@example.com", "#/events", "#/overview")) {
      browser.go(place);
      browser.seeText("main", HOSTILE);
    }
    browser.go("#/users/" + HOSTILE.replace("/", "%2F"));
    browser.seeText("main h1", "<img src=x");
    assertThat(browser.run("return window.hacked")).isNull();
    assertThat(browser.run("return document.querySelectorAll('main img, main script').length"))
        .isEqualTo(0L);
  }

  @Test
  void keyboardAlone_signsInFindsAUserAndFlipsIt() throws Exception {
    browser.open(gateway.page());
    browser.keys(gateway.token(), Keys.ENTER);
    browser.seeText("main h1", "Overview");
    browser.keys("gu");
    browser.seeText("main h1", "Users");
    browser.keys("/");
    await()
        .atMost(PATIENCE)
        .until(() -> "q".equals(browser.run("return document.activeElement.id")));
    browser.keys("erin", Keys.ENTER);
    browser.seeText("main tbody", "erin@example.com");
    browser.see("main h1");
    browser.run("document.activeElement.blur()");
    browser.keys("j");
    browser.keys(Keys.ENTER);
    browser.seeText("main h1", "erin@example.com");
    browser.seeText("main", "Change state…");
    browser.tabTo("Change state…");
    browser.keys(Keys.ENTER);
    browser.see("dialog[open]");
    browser.keys("by keyboard", Keys.ENTER);
    browser.gone("dialog");
    assertThat(gateway.get("/v1/users/erin@example.com").path("reason").asString())
        .isEqualTo("by keyboard");
    browser.keys("?");
    browser.seeText("dialog", "Keyboard");
    browser.keys(Keys.ESCAPE);
    browser.gone("dialog");
  }

  @Test
  void dialog_keepsTheFocusAndGivesItBack() {
    signedIn("#/pairs");
    browser.click("main .panel-extra", "Hold");
    browser.see("dialog[open]");
    for (int i = 0; i < 8; i++) {
      browser.keys(Keys.TAB);
      assertThat(
              browser.run(
                  "return document.activeElement === document.body"
                      + " || Boolean(document.activeElement.closest('dialog'))"))
          .isEqualTo(true);
    }
    browser.see("dialog input").sendKeys(Keys.ESCAPE);
    browser.gone("dialog");
    assertThat(browser.run("return document.activeElement.textContent")).isEqualTo("Hold");
  }

  @Test
  void viewer_seesEverythingAndNoButtonThatItMayNotUse() {
    browser.openAs(gateway.page(), OperatedGateway.VIEWER, "#/overview");
    browser.seeText(".who", "wallboard (viewer)");
    for (String place :
        List.of("#/overview", "#/pairs", "#/users", "#/users/frank@example.com", "#/holds")) {
      browser.go(place);
      browser.see("main .panel");
      assertThat(browser.texts("main button")).isSubsetOf("1 h", "6 h", "24 h", "Search");
    }
  }

  @Test
  void tokenThatIsNotValidAnyMore_isAskedForAgain_andNothingTypedIsLost() throws Exception {
    signedIn("#/users/frank@example.com");
    browser.click("main", "Change state…");
    browser.fill("Reason", "typed before");
    browser.forceAuthorization("Bearer revoked");
    browser.see("#token"); // the page asks by itself all the time
    browser.forceAuthorization("");
    browser.see("#token").sendKeys(gateway.token(), Keys.ENTER);
    browser.gone("#token");
    browser.click("dialog", "Set to being moved");
    browser.gone("dialog");
    assertThat(gateway.get("/v1/users/frank@example.com").path("reason").asString())
        .isEqualTo("typed before");
  }

  @Test
  void list_isPreviewedAndEachLineAnswered() throws Exception {
    Path list = folder.resolve("list.csv");
    Files.writeString(
        list,
        "address,state,pair\ncarol@example.com,recovering,\nnobody@example.com,active,\nbad line\n");
    signedIn("#/users/bulk");
    browser.see("#bulk-file").sendKeys(list.toString());
    browser.seeText("main", "1 line can not be read");
    browser.fill("Reason", "list of tonight");
    browser.click("main", "See what would happen");
    browser.seeText("main", "1 would change");
    browser.seeText("main", "1 would be refused");
    assertThat(gateway.get("/v1/users/carol@example.com").path("state").asString())
        .isEqualTo("active");
    browser.click("main", "Set 2 users");
    browser.seeText("main", "2 of 2: done");
    browser.seeText("main", "1 changed");
    browser.seeText("main tbody", "nobody@example.com");
    assertThat(gateway.get("/v1/users/carol@example.com").path("state").asString())
        .isEqualTo("recovering");
    gateway.state("carol@example.com", "active", "");
  }

  @Test
  void user_isMadeAndRemoved_butNotWhileMailIsHeldForIt() throws Exception {
    signedIn("#/users/new@example.com");
    browser.seeText("main", "550 5.1.1");
    browser.click("main", "Create this user…");
    browser.fill("Lives on", "imap7-8");
    browser.fill("Reason", "joins today");
    browser.seeText("dialog .says", "would be new, active on imap7-8");
    browser.click("dialog", "Create");
    browser.gone("dialog");
    browser.seeText("main .facts", "imap7-8");
    gateway.state("new@example.com", "moving", "test");
    gateway.send(2, "sender@elsewhere.example", "new@example.com", "Subject: waits");
    browser.click("main", "Remove…");
    browser.seeText("dialog .says", "2 deliveries held for it stand in the way");
    browser.fill("Reason", "left");
    browser.click("dialog", "Remove");
    browser.seeText("dialog .trouble", "mail is held for new@example.com");
    browser.click("dialog", "its mail");
    browser.gone("dialog");
    browser.seeText("main tbody", "new@example.com");
    gateway.call(
        "POST",
        "/v1/queue/actions/discard",
        "{\"filter\":{\"recipient\":\"new@example.com\"},\"reason\":\"test\"}");
    browser.go("#/users/new@example.com");
    browser.click("main", "Remove…");
    browser.fill("Reason", "left");
    browser.click("dialog", "Remove");
    browser.gone("dialog");
    browser.seeText("main", "Create this user…");
  }

  @Test
  void pair_isMadeChangedAndRemoved() throws Exception {
    signedIn("#/pairs");
    browser.click("main", "New pair…");
    browser.fill("Name", "imap9-10");
    browser.fill("Members", "imap9 nonsense");
    browser.seeText("dialog .says", "\"nonsense\" is not HOST:PORT");
    browser.fill("Members", "imap9 127.0.0.1:1 127.0.0.1:2\nimap10 127.0.0.1:3");
    browser.fill("Reason", "new shelf");
    browser.click("dialog", "Create");
    browser.gone("dialog");
    browser.seeText("main h1", "imap9-10");
    browser.seeText("main tbody", "127.0.0.1:2");
    browser.click("main", "Change…");
    browser.fill("Active member", "imap10");
    browser.seeText("dialog .says", "Mail goes to imap10 instead of imap9");
    browser.fill("Reason", "other order");
    browser.click("dialog", "Change");
    browser.gone("dialog");
    assertThat(gateway.get("/v1/pairs/imap9-10").path("active").asString()).isEqualTo("imap10");
    browser.seeText("main table", "active: imap9 → imap10");
    browser.click("main", "Remove…");
    browser.fill("Reason", "sold");
    browser.click("dialog", "Remove");
    browser.gone("dialog");
    browser.seeText("main h1", "Pairs");
    assertThat(gateway.get("/v1/pairs").path("items").size()).isEqualTo(2);
  }

  @Test
  void pair_failsOverAfterItWasSeenWhatWouldHappen() throws Exception {
    gateway.state("frank@example.com", "recovering", "test");
    gateway.send(1, "sender@elsewhere.example", "frank@example.com", "Subject: waits");
    signedIn("#/pairs/imap5-6");
    browser.click("main", "Fail over…");
    browser.seeText("dialog .says", "nobody looks into its mailboxes");
    browser.seeText("dialog .foretold", "0 deliveries are open to imap5");
    browser.fill("Reason", "imap5 needs a new fan");
    browser.click("dialog", "Fail over to imap6");
    browser.gone("dialog");
    browser.seeText("#said", "imap6 is the active member");
    browser.seeText("main table", "steps: hold and drain, probe imap6, switch, release");
    gateway.call("POST", "/v1/pairs/imap5-6/failover", "{\"to\":\"imap5\"}");
    gateway.state("frank@example.com", "active", "");
  }

  @Test
  void alias_isAddedChangedAndRemoved() throws Exception {
    signedIn("#/aliases");
    browser.click("main", "New alias…");
    browser.fill("Mail to", "info@example.com");
    browser.fill("goes to", "nobody@example.com");
    browser.click("dialog", "Add");
    browser.gone("dialog");
    browser.seeText("#failed", "Mind: ");
    browser.click("#failed", "✕");
    browser.click("main tbody", "Change…");
    browser.fill("goes to", "alice@example.com");
    browser.click("dialog", "Change");
    browser.gone("dialog");
    browser.seeText("main tbody", "alice@example.com");
    browser.click("main tbody", "Remove…");
    browser.click("dialog", "Remove");
    browser.gone("dialog");
    browser.seeText("main", "The map has no aliases.");
  }

  @Test
  void mapFile_isTriedThenLoaded_andTheMapIsSaved() throws Exception {
    Path file = folder.resolve("more.csv");
    Files.writeString(file, "address,pair\nheidi@example.com,imap7-8\nivan@example.com,imap77\n");
    signedIn("#/map");
    browser.see("#map-file").sendKeys(file.toString());
    browser.click("main", "See what it would do");
    browser.seeText("main .trouble", "Line 3:");
    Files.writeString(file, "address,pair\nheidi@example.com,imap7-8\nalice@example.com,imap5-6\n");
    browser.click("main", "Another file");
    browser.see("#map-file").sendKeys(file.toString());
    browser.click("main", "See what it would do");
    browser.seeText("main", "1 new, 0 changed, 1 as they were");
    assertThat(gateway.get("/v1/search?q=heidi").path("users").size()).isZero();
    browser.fill("Reason", "new people");
    browser.click("main", "Load more.csv");
    browser.seeText("main", "What it did");
    assertThat(gateway.get("/v1/users/heidi@example.com").path("pair").asString())
        .isEqualTo("imap7-8");
    browser.click("main", "YAML");
    await().atMost(PATIENCE).until(() -> saved().contains("# end: "));
    assertThat(saved()).contains("heidi@example.com");
  }

  private static String saved() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      Path file =
          files
              .filter(f -> f.getFileName().toString().matches("map-.*\\.yaml"))
              .findFirst()
              .orElse(null);
      return file == null ? "" : Files.readString(file);
    }
  }

  @Test
  void gateway_thatIsBusyOrRestarts_isSaidSo_andThePageGoesOnByItself() throws Exception {
    signedIn("#/overview");
    browser.run(
        "const real = window.fetch; window.back = () => { window.fetch = real; };"
            + "window.fetch = async () => new Response('', { status: 503 })");
    browser.seeText("main .banner", "The gateway is not ready. Try again.");
    browser.run("window.back()");
    browser.keys("."); // asks at once
    browser.gone("main .banner");
    gateway.restart(() -> {
      browser.keys(".");
      browser.seeText("main .banner", "The gateway can not be reached.");
    });
    browser.keys(".");
    browser.seeText("main .news", "The gateway was restarted");
    browser.click("main .news", "✕");
    browser.gone("main .banner");
  }

  /** What has every colour of the page between them. */
  private static final Set<String> DARK_LOOKS = Set.of("#/overview", "#/pairs", "#/events");

  @ParameterizedTest
  @CsvSource({"1280,800,light", "390,844,dark"})
  void everyView_fitsTheScreen_andIsAccessible(int width, int height, String theme)
      throws Exception {
    gateway.state("alice@example.com", "moving", "to look at");
    gateway.send(1, "sender@elsewhere.example", "alice@example.com", "Subject: waits");
    String id =
        gateway
            .get("/v1/queue/messages?recipient=alice@example.com")
            .path("items")
            .path(0)
            .path("id")
            .asString();
    browser.size(width, height);
    signedIn("#/overview");
    browser.run("localStorage.setItem('holdfast.theme', arguments[0])", theme);
    browser.driver.navigate().refresh();
    for (String place :
        List.of(
            "#/overview",
            "#/needs",
            "#/pairs",
            "#/users",
            "#/users/alice@example.com",
            "#/users/bulk",
            "#/queue",
            "#/releases",
            "#/messages/" + id,
            "#/holds",
            "#/events",
            "#/aliases",
            "#/map")) {
      browser.go(place);
      browser.see("main .panel, main .verdict");
      if (width > 600 || DARK_LOOKS.contains(place)) { // all twice would take a minute
        assertThat(browser.inaccessible()).as(place).isEmpty();
      }
      assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
          .as(place)
          .isEqualTo(true);
    }
    browser.go("#/users");
    browser.click("main", "New user…");
    assertThat(browser.inaccessible()).isEmpty();
    browser.click("dialog", "Cancel");
    browser.click(".top", width < 600 ? "Menu" : "Sign out"); // behind it: the sign-in, the menu
    assertThat(browser.inaccessible()).isEmpty();
    browser.run("document.querySelectorAll('label').forEach((label) => label.remove())");
    browser.run("document.documentElement.removeAttribute('lang')");
    assertThat(browser.inaccessible()).as("a page that is not").isNotEmpty();
    browser.size(1280, 800);
  }
}
