# completion_zsh.zsh NAME FOLDER "--option VALUE" ...: what an interactive zsh offers for the command
# NAME, whose script is FOLDER/NAME.zsh; each option and the words that it takes must be there.
zmodload zsh/zpty || exit 1
name=$1 folder=$2
shift 2
offered=$folder/offered
failed=0

# In the shell: what completion adds goes into a file, with END behind it.
cat > $folder/setup.zsh << END
autoload -U compinit && compinit -u -D
fpath=($folder \$fpath)
cd $folder
autoload -U _$name && compdef _$name $name
compadd() {
  if [[ " \$* " != *' -'[OAD]' '* ]]; then
    local -a hits
    builtin compadd -O hits "\$@"
    print -rl -- \$hits >> $offered
  fi
  builtin compadd "\$@"
}
ended() { print END >> $offered }
comppostfuncs=(ended)
bindkey '^I' complete-word
bindkey '^U' kill-whole-line
zstyle ':completion:*' insert-tab false
unsetopt beep
print READY >> $offered
END
cp $folder/$name.zsh $folder/_$name
: > $offered
zpty shell zsh -f -i
wait_for() {
  local output
  repeat 600; do
    while zpty -rt shell output; do :; done
    grep -qx $1 $offered && return
    sleep 0.05
  done
  print -u2 "zsh: no $1 for \"$2\""
  exit 1
}
zpty -w shell "source $folder/setup.zsh"
wait_for READY

# complete LINE: sets `found`.
complete() {
  : > $offered
  zpty -w -n shell $'\025'"$1"$'\t'
  # comppostfuncs run once: they are cleared by each completion.
  wait_for END "$1"
  found=(${(f)"$(grep -vx END $offered)"})
  zpty -w -n shell $'\025'
  zpty -w shell 'comppostfuncs=(ended)'
}
must_offer() {
  complete "$2"
  (($found[(Ie)$1])) && return
  print -u2 "zsh: \"$2\" does not offer \"$1\" but: $found"
  failed=1
}

for option in "$@"; do
  long=${option%% *}
  value=${option#* }
  must_offer $long "$name ${long[1,-2]}"
  case $value in
    FILE*) must_offer file.txt "$name $long f" ;;
    DIR*) must_offer folder "$name $long f" ;;
    *'|'*)
      for word in ${(s:|:)value%,...}; do
        [[ $word == [a-z]* ]] || continue
        [[ $word != *:* ]] || word=${word%%:*}:
        must_offer $word "$name $long ${word[1,2]}"
      done ;;
  esac
done
exit $failed
