package org.holdfast.gateway.conf;

/**
 * Something an operator wrote is not right. The message is one line for people, {@code FILE:LINE:
 * KEY: what is wrong}, as far as file, line and key are known.
 */
public final class ConfigurationException extends Exception {

  private static final long serialVersionUID = 1L;

  public ConfigurationException(String line) {
    super(line);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
