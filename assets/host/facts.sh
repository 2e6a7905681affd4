# shellcheck shell=bash disable=SC2154,SC2034 # the variables are those of observe
# Part of observe: what this host has, asked once for all components and as much as possible side by side, because
# starting a process takes longer than any of its answers.

# The folders of a component in which nobody else's files belong, and those of its units in which anybody's would count.
exclusive_folders() {
  local word first folder
  while read -r word first _; do
    case $word in
      exclusive) [ ! -d "$first" ] || echo "$first" ;;
      unit)
        for folder in /etc /run; do
          [ ! -d "$folder/systemd/system/$first.d" ] || echo "$folder/systemd/system/$first.d"
        done
        ;;
    esac
  done <"$1"
}

# Sets names (of all components), sums, kinds and times (of files), known and present (paths of ours, and of all in our
# folders), loaded, active and enabled (of units), and installed (packages). Leaves $work/id, and for each component its drift of live state.
gather_facts() {
  local state word first path
  local -a paths=() readable=() units=() packages=() folders=()
  declare -ga names=() present=()
  declare -gA sums=() kinds=() times=() known=() loaded=() active=() enabled=() installed=()
  for state in "$state_root"/*/; do
    state=${state%/}
    [ -d "$state" ] || continue
    names+=("${state##*/}")
    [ ! -e "$state/paths" ] || while read -r path; do known[$path]=yes; done <"$state/paths"
    [ -e "$state/manifest" ] || continue
    paths+=("$state/manifest")
    readable+=("$state/manifest")
    while read -r _ _ _ path; do
      paths+=("$path")
      # Whoever opens a pipe waits for its other end.
      [ ! -f "$path" ] || readable+=("$path")
    done <"$state/manifest"
    while read -r word first _; do
      case $word in
        unit) units+=("$first") ;;
        package) packages+=("$first") ;;
      esac
    done <"$state/directives"
  done
  { cat /etc/machine-id /proc/sys/kernel/random/boot_id && stat -c %y "$state_root"; } 2>&1 |
    sha256sum >"$work/id" &
  if [ ${#names[@]} -gt 0 ]; then ask; fi
  wait
  if [ ${#names[@]} -gt 0 ]; then read_answers; fi
}

# Each component's own texts lie apart, because all are written at once.
compare_live_state() {
  local work=$work/$name
  compare_live "$state_root/$name"
}

# The slow ones first.
ask() {
  local name
  mkdir "${names[@]/#/$work/}"
  [ ${#units[@]} = 0 ] || timeout 10 systemctl show -p Id -p LoadState -p ActiveState -p UnitFileState \
    "${units[@]}" >"$work/units" &
  for name in "${names[@]}"; do
    [ -e "$state_root/$name/manifest" ] || continue
    compare_live_state >"$work/$name/drift" 2>&1 &
  done
  [ ${#packages[@]} = 0 ] || dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${packages[@]}" \
    >"$work/packages" 2>/dev/null &
  [ ${#readable[@]} = 0 ] || sha256sum -- "${readable[@]}" >"$work/sums" 2>/dev/null &
  [ ${#paths[@]} = 0 ] || stat -c '%n|%.3Y|%F|%04a %U:%G' -- "${paths[@]}" >"$work/kinds" 2>/dev/null &
  mapfile -t folders < <(for name in "${names[@]}"; do
    [ ! -e "$state_root/$name/manifest" ] || exclusive_folders "$state_root/$name/directives"
  done)
  [ ${#folders[@]} = 0 ] || find "${folders[@]}" -type f ! -name '*.ipv6-home-new' >"$work/present" &
}

read_answers() {
  local line path rest id=''
  touch "$work"/{units,packages,sums,kinds,present}
  while read -r line path; do sums[$path]=$line; done <"$work/sums"
  while IFS='|' read -r path line rest; do
    times[$path]=$line
    kinds[$path]=$rest
  done <"$work/kinds"
  while read -r line path; do
    case $line in ?i*) installed[$path]=yes ;; esac
  done <"$work/packages"
  mapfile -t present <"$work/present"
  while IFS='=' read -r line rest; do
    case $line in
      Id) id=$rest ;;
      LoadState) loaded[$id]=$rest ;;
      ActiveState) active[$id]=$rest ;;
      UnitFileState) enabled[$id]=$rest ;;
    esac
  done <"$work/units"
}
