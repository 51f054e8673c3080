package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What keeps pages of other sites away from the API and the operators' page: no framing, nothing
 * from elsewhere, no name that is not ours, no change that another site's page asks for. Nothing
 * here is a cookie, so a browser never sends a token by itself; this is the second wall.
 * Thread-safe.
 */
final class BrowserGuard {

  private static final Set<String> HARMLESS = Set.of("GET", "HEAD", "OPTIONS");

  /**
   * Load balancers, backends and collectors ask by whatever name they know this machine: a node
   * that is taken out of service, or a callback that is refused, for its name would be our trouble.
   * What the probes say is open to anybody.
   */
  private static final Set<String> PROBES = Set.of("/healthz", "/readyz", "/metrics");

  private static final String ONE_YEAR = "max-age=31536000";

  private final Set<String> hosts;
  private final boolean tls;

  /**
   * @param hosts names by which we are asked, beside addresses and localhost; in lower case
   * @param tls over TLS the certificate says which names are ours, and a foreign one cannot be used
   */
  BrowserGuard(Set<String> hosts, boolean tls) {
    this.hosts = Set.copyOf(hosts);
    this.tls = tls;
  }

  /** Every answer has these; a resource that serves a page sets a policy of its own. */
  void headers(Context ctx) {
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("Cache-Control", "no-store");
    ctx.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    ctx.header("X-Frame-Options", "DENY");
    ctx.header("Referrer-Policy", "no-referrer");
    ctx.header("Cross-Origin-Resource-Policy", "same-origin");
    if (tls) {
      ctx.header("Strict-Transport-Security", ONE_YEAR);
    }
  }

  /** Refuses what a page of another site may have caused. */
  void check(Context ctx) {
    String host = ctx.header("Host");
    if (!tls && host != null && !isOurs(name(host)) && !isTrusted(ctx)) {
      throw new Problem(
          HttpStatus.MISDIRECTED_REQUEST,
          "this gateway is not asked by the name "
              + name(host)
              + "; if it should be, add it to admin.hosts");
    }
    if (!HARMLESS.contains(ctx.req().getMethod())) {
      sameSite(ctx.header("Origin"), ctx.header("Sec-Fetch-Site"), host);
    }
  }

  /** A page that was made to lead here has no token, and a browser adds none. */
  private static boolean isTrusted(Context ctx) {
    return ctx.header("Authorization") != null || PROBES.contains(ctx.path());
  }

  private void sameSite(
      @Nullable String origin, @Nullable String fetchSite, @Nullable String host) {
    boolean foreign =
        origin == null ? "cross-site".equals(fetchSite) : !isSame(authority(origin), host);
    if (foreign) {
      throw Problem.forbidden(
          "a page of another site may change nothing here (Origin: "
              + origin
              + "); if that site is ours, add its name to admin.hosts");
    }
  }

  /** A proxy may have put another name into Host: then what we are called decides. */
  private boolean isSame(Optional<String> origin, @Nullable String host) {
    return origin
        .filter(from -> from.equalsIgnoreCase(host) || hosts.contains(name(from)))
        .isPresent();
  }

  private static Optional<String> authority(String origin) {
    try {
      return Optional.ofNullable(new URI(origin).getAuthority());
    } catch (URISyntaxException _) {
      return Optional.empty();
    }
  }

  /**
   * An address is never another site's name: a name that was made to lead here (DNS rebinding)
   * shows as a name.
   */
  private boolean isOurs(String name) {
    return name.equals("localhost") || hosts.contains(name) || isAddress(name);
  }

  private static boolean isAddress(String name) {
    try {
      InetAddress _ = InetAddress.ofLiteral(name);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** Without the port, and without the brackets of an IPv6 address. */
  private static String name(String authority) {
    int bracket = authority.indexOf(']');
    if (authority.startsWith("[") && bracket > 0) {
      return authority.substring(1, bracket);
    }
    int colon = authority.indexOf(':');
    String name = colon < 0 ? authority : authority.substring(0, colon);
    return name.toLowerCase(Locale.ROOT);
  }
}
