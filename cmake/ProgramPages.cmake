# The manual page of each program and its completion for shells, which the program prints itself when
# it is built. Programs that are built for another machine are run by CMAKE_CROSSCOMPILING_EMULATOR;
# without one, those of a native build are, in the folder that TAPEGRAD_NATIVE_PROGRAMS names; without
# both, none of these files is made or installed. Installing runs nothing.

set(TAPEGRAD_NATIVE_PROGRAMS "" CACHE PATH
    "Folder with the programs of a native build, to make the manual pages of a cross build")
set(TAPEGRAD_ZSH_DIR ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING
    "Where zsh looks for completions; packages of Debian have share/zsh/vendor-completions")
option(TAPEGRAD_GZIP_MAN "Install the manual pages packed, as Debian wants them" OFF)

if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR AND NOT TAPEGRAD_NATIVE_PROGRAMS)
  message(STATUS "No manual pages and completions: set TAPEGRAD_NATIVE_PROGRAMS")
  return()
endif()

set(pages_dir ${PROJECT_BINARY_DIR}/share)
file(MAKE_DIRECTORY ${pages_dir}/man ${pages_dir}/bash ${pages_dir}/zsh ${pages_dir}/fish)
set(all_pages "")
set(pack_man ${CMAKE_COMMAND} -E true)
if(TAPEGRAD_GZIP_MAN)
  set(pack_man gzip -9nkf)
endif()
foreach(app IN LISTS apps)
  set(program ${app})
  if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    set(program ${TAPEGRAD_NATIVE_PROGRAMS}/${app})
  endif()
  set(pages ${pages_dir}/man/${app}.1 ${pages_dir}/bash/${app} ${pages_dir}/zsh/_${app}
            ${pages_dir}/fish/${app}.fish)
  add_custom_command(
    OUTPUT ${pages}
    COMMAND ${program} --man > ${pages_dir}/man/${app}.1
    COMMAND ${pack_man} ${pages_dir}/man/${app}.1
    COMMAND ${program} --completion bash > ${pages_dir}/bash/${app}
    COMMAND ${program} --completion zsh > ${pages_dir}/zsh/_${app}
    COMMAND ${program} --completion fish > ${pages_dir}/fish/${app}.fish
    DEPENDS ${program} COMMENT "Manual page and completions of ${app}" VERBATIM)
  list(APPEND all_pages ${pages})
endforeach()
add_custom_target(program_pages ALL DEPENDS ${all_pages})

if(TAPEGRAD_INSTALL)
  set(man_pattern "*.1")
  if(TAPEGRAD_GZIP_MAN)
    set(man_pattern "*.1.gz")
  endif()
  install(DIRECTORY ${pages_dir}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
          COMPONENT tapegrad_programs FILES_MATCHING PATTERN ${man_pattern})
  install(DIRECTORY ${pages_dir}/bash/ COMPONENT tapegrad_programs
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(DIRECTORY ${pages_dir}/zsh/ DESTINATION ${TAPEGRAD_ZSH_DIR}
          COMPONENT tapegrad_programs)
  install(DIRECTORY ${pages_dir}/fish/ COMPONENT tapegrad_programs
          DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
