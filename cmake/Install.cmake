# Install rules: the library, its headers as <tapegrad/FOLDER/NAME.hpp>, and what find_package and
# pkg-config need.

include(CMakePackageConfigHelpers)

install(TARGETS tapegrad EXPORT tapegradTargets)

list(TRANSFORM folders APPEND /*.hpp OUTPUT_VARIABLE header_globs)
file(GLOB_RECURSE headers RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${header_globs})
foreach(header IN LISTS headers ITEMS tapegrad.hpp)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tapegrad/${folder})
endforeach()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tapegrad)
install(EXPORT tapegradTargets NAMESPACE tapegrad:: DESTINATION ${package_dir})
configure_package_config_file(cmake/tapegradConfig.cmake.in tapegradConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(tapegradConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tapegradConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/tapegradConfigVersion.cmake
        DESTINATION ${package_dir})

# pkg-config: who links the static library links what it needs too.
set(pc_requires xtensor)
set(pc_libs -ltapegrad)
if(NOT BUILD_SHARED_LIBS)
  string(APPEND pc_requires ", fmt, openblas, zlib, libzip, libutf8proc")
  string(APPEND pc_libs " -pthread")
endif()
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/tapegrad.pc.in tapegrad.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tapegrad.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The programs, and the data they train on when no file is named.
if(TAPEGRAD_BUILD_APPS)
  file(RELATIVE_PATH lib_from_bin /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(${apps} PROPERTIES INSTALL_RPATH "$ORIGIN/${lib_from_bin}")
  install(TARGETS ${apps})
  install(DIRECTORY data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/tapegrad)
endif()
