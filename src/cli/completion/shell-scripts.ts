/** Shells that are known, each with the script that makes it ask `kubescript completion --line` when Tab is pressed. */
export const SHELL_SCRIPTS = {
  // Readline replaces what stands behind the last = or :, which it takes for the ends of words: $2. So that much of each
  // offer is cut off in front. It quotes files alone: names of a kubeconfig may hold anything, so they are quoted here, and
  // left out within quotes that they would end or in which they would be expanded.
  bash: `_kubescript() {
  local line="\${COMP_LINE:0:COMP_POINT}" offered word value
  local before="\${line%"$2"}"
  before="\${before##*[[:space:]]}"
  COMPREPLY=()
  while IFS= read -r offered; do
    value="\${offered%%$'\\t'*}"
    if [ "$offered" = ":files" ]; then
      compopt -o filenames
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$2")
    else
      value="\${value#"$before"}"
      case "$value" in *=) compopt -o nospace ;; esac
      case "\${COMP_WORDS[COMP_CWORD]}" in
        [\\"\\']*) case "$value" in *[\\"\\'\\$\\\`\\\\!]*) continue ;; esac ;;
        *) printf -v value %q "$value" ;;
      esac
      COMPREPLY+=("$value")
    fi
  done < <(kubescript completion --line "$line" </dev/null 2>/dev/null)
}
complete -F _kubescript kubescript
`,
  zsh: `#compdef kubescript
_kubescript() {
  local line="\${(j: :)words[1,CURRENT-1]} $PREFIX" offered value
  local -a plain open
  local files=1
  while IFS= read -r offered; do
    value="\${offered%%$'\\t'*}"
    if [[ "$offered" == ":files" ]]; then
      files=0
    elif [[ "$value" == *= ]]; then
      open+=("\${value//:/\\\\:}:\${offered#*$'\\t'}")
    else
      plain+=("\${value//:/\\\\:}:\${offered#*$'\\t'}")
    fi
  done < <(kubescript completion --line "$line" </dev/null 2>/dev/null)
  (( \${#plain} )) && _describe -V kubescript plain
  (( \${#open} )) && _describe -V kubescript open -S ''
  (( files == 0 )) || return
  [[ "$PREFIX" == --*=* ]] && compset -P 1 '*='
  _files
}
if [ "$funcstack[1]" = "_kubescript" ]; then _kubescript "$@"; else compdef _kubescript kubescript; fi
`,
  fish: `function __kubescript_complete
    for offered in (kubescript completion --line (commandline -cp) </dev/null 2>/dev/null)
        if test "$offered" = ":files"
            set -l flag (string match -r -- '^--[^=]+=' (commandline -ct))
            set -l word (string replace -r -- '^--[^=]+=' '' (commandline -ct))
            for file in (complete -C "'' $word")
                echo -- "$flag$file"
            end
        else
            echo -- $offered
        end
    end
end
complete -c kubescript -f -a '(__kubescript_complete)'
`,
} as const;

/** A shell whose script is known. */
export type Shell = keyof typeof SHELL_SCRIPTS;
