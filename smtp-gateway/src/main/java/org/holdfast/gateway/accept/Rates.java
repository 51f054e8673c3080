package org.holdfast.gateway.accept;

/**
 * What one client may do in a minute, and how fast its messages must come at least.
 *
 * @param connections opened in a minute; 0: any number
 * @param messages begun (MAIL) in a minute; 0: any number
 * @param recipients named (RCPT) in a minute; 0: any number
 * @param minData octets a second, beyond {@code command-timeout}, that the octets of a message must
 *     come at; 0: as slow as they like, if some octet comes within each {@code command-timeout}
 */
public record Rates(int connections, int messages, int recipients, int minData) {

  /** As shipped. */
  public static final Rates USUAL = new Rates(0, 0, 0, 512);
}
