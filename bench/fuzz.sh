#!/bin/sh
# bench/fuzz.sh TARGET SECONDS [MORE OPTIONS OF LIBFUZZER]
#
# Runs one fuzz target under Jazzer, guided by coverage: session, path, parameters, scanner, replies or notice
# (docs/fuzzing.md). What it learns is kept in smtp-gateway/target/fuzz/corpus/TARGET, next to what it breaks. The inputs
# of src/test/resources/fuzz/TARGET are where it starts.
set -eu

cd "$(dirname "$0")/.."
root=$(pwd)
target=${1:?TARGET: session, path, parameters, scanner, replies or notice}
seconds=${2:?SECONDS}
shift 2

case $target in
  session)    class=accept.FuzzSession ;;
  path)       class=accept.FuzzPath ;;
  parameters) class=accept.FuzzParameters ;;
  scanner)    class=accept.FuzzScanner ;;
  replies)    class=deliver.FuzzReplies ;;
  notice)     class=bounce.FuzzNotice ;;
  *) echo "unknown target $target" >&2; exit 2 ;;
esac

here=$root/smtp-gateway/target/fuzz
if [ ! -f "$here/classpath" ] || [ -n "${FUZZ_BUILD:-}" ]; then
  ./mvnw -q -B -pl smtp-gateway -am -Pfuzz -Dspotless.check.skip test-compile
fi

# The reference implementations teach nothing, and sanitizers for SQL, LDAP or templates only cost time here.
package=org.holdfast.gateway
excluded=$package.accept.SessionModel:$package.accept.AbnfReference:$package.accept.FuzzSession:$package.accept.Talk
sanitizers=$(unzip -l "$here"/jazzer-[0-9]*.jar \
  | sed -n 's|.* \(com/code_intelligence/jazzer/sanitizers/[A-Za-z]*\)\.class$|\1|p' | tr '/\n' '.:')

mkdir -p "$here/corpus/$target" "$here/found/$target"
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+EnableDynamicAgentLoading -Xmx600m \
  -cp "$(echo "$here"/jazzer-*.jar | tr ' ' ':'):smtp-gateway/target/test-classes:smtp-gateway/target/classes:$(cat "$here/classpath")" \
  com.code_intelligence.jazzer.Jazzer \
  --target_class="$package.$class" \
  --instrumentation_includes="$package.accept.**:$package.deliver.**:$package.bounce.**" \
  --instrumentation_excludes="$excluded" \
  --custom_hook_includes='org.holdfast.**' \
  --disabled_hooks="$sanitizers" \
  --reproducer_path="$here/found/$target" \
  -artifact_prefix="$here/found/$target/" \
  -max_total_time="$seconds" -max_len=6000 -timeout=20 "$@" \
  "$here/corpus/$target" "smtp-gateway/src/test/resources/fuzz/$target"
