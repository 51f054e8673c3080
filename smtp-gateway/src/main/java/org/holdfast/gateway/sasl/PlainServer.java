package org.holdfast.gateway.sasl;

/** PLAIN (RFC 4616): {@code [authzid] NUL authcid NUL password}. */
final class PlainServer implements Mechanism {

  private final Accounts accounts;

  PlainServer(Accounts accounts) {
    this.accounts = accounts;
  }

  @Override
  public Step next(byte[] words) throws LoginFailedException {
    int first = nul(words, 0);
    int second = nul(words, first + 1);
    if (first < 0 || second < 0 || nul(words, second + 1) >= 0) {
      throw new LoginFailedException("not the three parts of PLAIN");
    }
    String as = Passwords.text(words, 0, first);
    String name;
    char[] password;
    try {
      name = Passwords.prepared(Passwords.text(words, first + 1, second));
      password = Passwords.prepared(Passwords.text(words, second + 1, words.length).toCharArray());
    } catch (IllegalArgumentException e) {
      throw new LoginFailedException("name or password of a form that nobody has");
    }
    if (!accounts.verifier(name).matches(password)) {
      throw new LoginFailedException("wrong name or password");
    }
    if (!as.isEmpty() && !as.equals(name)) {
      throw new LoginFailedException("nobody acts for somebody else here");
    }
    return new Step.Done(name);
  }

  private static int nul(byte[] words, int from) {
    for (int i = Math.max(from, 0); i < words.length; i++) {
      if (words[i] == 0) {
        return i;
      }
    }
    return -1;
  }
}
