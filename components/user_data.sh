
# From here on the same on every instance. It asks the machine for bash, coreutils, python3, dnf, systemctl, docker and
# aws, all by their names, and keeps everything that it writes in one folder, which goes when it ends: in memory where
# there is a /run to write to. What it says goes to the console: aws ec2 get-console-output --latest.
work=$(mktemp -d -p /run 2>/dev/null || mktemp -d)
mkdir "$work/values"
: >"$work/input"
export LC_ALL=C.UTF-8 DOCKER_CONFIG="$work/docker"
deadline=$(($(date +%s) + retry_seconds))
step='begin'
environment=()

say() { printf 'user data: %s\n' "$1" >&2; }

leave() {
  local status=$?
  rm -rf "$work"
  if ((status)); then say "ended at: $step. This instance serves nothing"; fi
}
trap leave EXIT

seconds_left() { echo "$((deadline - $(date +%s)))"; }

# The end of what the last command said, as the shell would quote it: in ASCII and on one line.
last_words() {
  local LC_ALL=C words
  words=$(tail -c 400 "$work/said" | tr -d '\0')
  echo "${words@Q}"
}

# attempt STEP COMMAND…: once, and not beyond the deadline. Its output goes to a file, and what it says of its failure
# to the console, escaped: no value is in there.
attempt() {
  local status=0 seconds
  step=$1
  shift
  seconds=$(seconds_left)
  if ((seconds < 1)); then
    say "$step: no time left, after $retry_seconds s"
    return 1
  fi
  timeout --verbose --kill-after=5 "$seconds" "$@" <"$work/input" >"$work/answer" 2>"$work/said" || status=$?
  if ((status)); then
    say "$step: failed with exit code $status: $(last_words)"
  fi
  return "$status"
}

# try STEP COMMAND…: until it succeeds, with pauses of 1, 2, 4… 30 s, or until the deadline.
try() {
  local pause=1 seconds
  until attempt "$@"; do
    seconds=$(seconds_left)
    if ((seconds < 1)); then exit 1; fi
    sleep "$((pause < seconds ? pause : seconds))"
    pause=$((pause < 16 ? pause * 2 : 30))
  done
}

# Values are files and never variables of this shell: bash evaluates what is assigned to some names.
while read -r kind name value region; do
  environment+=(--env "$name")
  case $kind in
    plain)
      printf '%s' "$value" >"$work/values/$name"
      ;;
    ssm)
      try "read the parameter $value for $name" aws ssm get-parameter --with-decryption --name "$value" \
        --query '[Parameter.Value]' --output json --region "$region"
      mv "$work/answer" "$work/values/$name.json"
      ;;
    secretsmanager)
      try "read the secret $value for $name" aws secretsmanager get-secret-value --secret-id "$value" \
        --query '[SecretString]' --output json --region "$region"
      mv "$work/answer" "$work/values/$name.json"
      ;;
  esac
done < <(offsite)

try 'install docker' dnf install --assumeyes docker
try 'start docker' systemctl enable --now docker
if [[ $ecr_host ]]; then
  try "ask for a password for $ecr_host" aws ecr get-login-password --region "$ecr_region"
  mv "$work/answer" "$work/input"
  try "log in to $ecr_host" docker login --username AWS --password-stdin "$ecr_host"
  : >"$work/input"
fi
try "pull $image" docker pull "$image"

# `--env NAME` takes the value from docker's own environment. So this one call has the values in its environment, and
# nothing else that it does not need; on its command line everyone could read them, and --env-file has no line breaks.
cat >"$work/start.py" <<'PYTHON'
import json, os, sys

folder, *command = sys.argv[1:]
environment = {name: os.environ[name] for name in ("PATH", "DOCKER_CONFIG")}
for file in os.listdir(folder):
    with open(os.path.join(folder, file), encoding="utf-8", newline="") as opened:
        value = opened.read()
    name, _, is_answer = file.partition(".")
    if is_answer:
        (value,) = json.loads(value)
    if value is None:
        sys.exit(f"{name}: the secret has no text, only bytes; an environment variable cannot hold it")
    if "\0" in value:
        sys.exit(f"{name}: the value has a NUL character; an environment variable cannot hold it")
    environment[name] = value
os.execvpe(command[0], command, environment)
PYTHON
attempt "start $image" python3 -I "$work/start.py" "$work/values" docker run --detach --restart always \
  --pull never --name service --publish "$port:$port" --log-driver json-file --log-opt max-size=100m \
  --log-opt max-file=5 "${environment[@]}" "$image"
say "started $image"
