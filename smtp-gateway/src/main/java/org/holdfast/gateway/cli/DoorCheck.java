package org.holdfast.gateway.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.conf.TokensFile;
import org.holdfast.gateway.conf.UsersFile;
import org.holdfast.gateway.tls.Credentials;

/** The files that a door names, as {@code check} looks at them: certificates and accounts. */
final class DoorCheck {

  private static final Duration ENDS_SOON = Duration.ofDays(14);

  private DoorCheck() {}

  /**
   * What is no error but should be known.
   *
   * @param name of the door
   * @throws ConfigurationException what cannot be used: file and reason
   */
  static List<String> warnings(Path config, String name, Settings.Door door, Instant now)
      throws ConfigurationException {
    List<String> warnings = new ArrayList<>();
    Optional<Settings.Tls> tls = door.tls();
    if (tls.isPresent()) {
      Settings.Tls set = tls.get();
      end(warnings, name, read(config, name, set.certificate(), set.key(), set.clientCa()), now);
    }
    if (door.auth().users().isPresent()) {
      int accounts = UsersFile.read(door.auth().users().get()).size();
      if (accounts == 0) {
        warnings.add(name + ".auth.users: there is no account in it");
      }
      if (tls.isEmpty()) {
        warnings.add(name + ".auth.users: without tls.certificate PLAIN is never offered");
      }
    }
    return warnings;
  }

  /** The same for the admin API: certificate and tokens. */
  static List<String> warnings(Path config, Settings.Admin admin, Instant now)
      throws ConfigurationException {
    List<String> warnings = new ArrayList<>();
    if (admin.tls().isPresent()) {
      Settings.AdminTls set = admin.tls().get();
      Credentials ours = read(config, "admin", set.certificate(), set.key(), set.clientCa());
      end(warnings, "admin", ours, now);
    }
    if (admin.insecure() && admin.tls().isEmpty() && !admin.listen().isLoopback()) {
      warnings.add("admin.insecure: tokens cross the network in the clear");
    }
    if (admin.tokens().isPresent()) {
      for (TokensFile.Token token : TokensFile.read(admin.tokens().get())) {
        if (token.expires().filter(end -> !end.isAfter(now)).isPresent()) {
          warnings.add("admin.tokens: the token " + token.name() + " has expired");
        }
      }
    }
    return warnings;
  }

  private static void end(List<String> warnings, String name, Credentials ours, Instant now) {
    Instant end = ours.notAfter();
    if (end.isBefore(now.plus(ENDS_SOON))) {
      String how = end.isBefore(now) ? "has ended" : "ends";
      warnings.add(name + ".tls: the certificate " + how + " at " + end);
    }
  }

  private static Credentials read(
      Path config, String name, Path certificate, Path key, Optional<Path> clientCa)
      throws ConfigurationException {
    try {
      if (clientCa.isPresent()) {
        var _ = Credentials.authorities(clientCa.get());
      }
      return Credentials.read(certificate, key);
    } catch (IOException e) {
      throw SettingsFile.wrong(config, name, "tls", String.valueOf(e.getMessage()));
    }
  }
}
