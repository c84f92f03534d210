/** Shells that are known, each with the script that makes it ask `kubescript completion --line` when Tab is pressed. */
export const SHELL_SCRIPTS = {
  // Readline replaces what stands behind the last = or :, which it takes for the ends of words: $2. So that much of each
  // offer is cut off in front. A backslash goes before what the shell would take apart.
  bash: `_kubescript() {
  local line="\${COMP_LINE:0:COMP_POINT}" offered word value
  local before="\${line##*[[:space:]]}"
  before="\${before%"$2"}"
  COMPREPLY=()
  while IFS= read -r offered; do
    value="\${offered%%$'\\t'*}"
    if [ "$offered" = ":files" ]; then
      compopt -o filenames
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$2")
    else
      value="\${value#"$before"}"
      case "$value" in *=) compopt -o nospace ;; esac
      COMPREPLY+=("$value")
    fi
  done < <(kubescript completion --line "$line" 2>/dev/null)
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
  done < <(kubescript completion --line "$line" 2>/dev/null)
  (( \${#plain} )) && _describe -V kubescript plain
  (( \${#open} )) && _describe -V kubescript open -S ''
  (( files == 0 )) && _files
}
if [ "$funcstack[1]" = "_kubescript" ]; then _kubescript "$@"; else compdef _kubescript kubescript; fi
`,
  fish: `function __kubescript_complete
    for offered in (kubescript completion --line (commandline -cp) 2>/dev/null)
        if test "$offered" = ":files"
            __fish_complete_path (commandline -ct)
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
