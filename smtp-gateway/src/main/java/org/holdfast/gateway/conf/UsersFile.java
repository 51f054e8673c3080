package org.holdfast.gateway.conf;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import org.holdfast.gateway.sasl.Accounts;
import org.holdfast.gateway.sasl.Verifier;

/** Reads {@code auth.users}: for each name a verifier, as {@code ./holdfast password} writes it. */
public final class UsersFile {

  /** Octets; some 50 000 accounts. */
  private static final long LARGEST = 10 << 20;

  private UsersFile() {}

  /**
   * The accounts.
   *
   * @throws ConfigurationException naming file, line and name
   */
  public static Accounts read(Path file) throws ConfigurationException {
    try (Reader text = Files.newBufferedReader(file)) {
      if (Files.size(file) > LARGEST) {
        throw new ConfigurationException(file + ": is too large for a file of accounts");
      }
      Section root = YamlSource.parse(file.toString(), text, name -> "${" + name + "}").root();
      Map<String, Verifier> accounts = new LinkedHashMap<>();
      for (String name : root.names()) {
        accounts.put(name, root.required(name, Verifier::parse));
      }
      return accounts(file, accounts);
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(file + ": there is no such file");
    } catch (IOException e) {
      throw new ConfigurationException(file + ": cannot be read: " + e);
    }
  }

  private static Accounts accounts(Path file, Map<String, Verifier> accounts)
      throws ConfigurationException {
    try {
      return new Accounts(accounts, new SecureRandom());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(file + ": " + e.getMessage());
    }
  }
}
