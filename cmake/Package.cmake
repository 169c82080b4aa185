# Debian packages, made by cpack from the components of Install.cmake: the shared library, what is
# needed to build with it, and the programs. scripts/package.sh makes them from the preset `package`.

set(so_version ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(names libtapegrad${so_version} libtapegrad-dev tapegrad)

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL tapegrad_library tapegrad_development tapegrad_programs)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SOURCE tapegrad)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})

# Whoever makes a package is its maintainer, and says so as for Debian's own tools.
if(DEFINED ENV{DEBEMAIL})
  set(CPACK_PACKAGE_CONTACT "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
else()
  set(CPACK_PACKAGE_CONTACT "the tapegrad authors <tapegrad@localhost>")
endif()

# The first line of each is its summary.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(about "tapegrad trains models with embedding tables on the CPU: reverse-mode
automatic differentiation on a tape, layers, optimizers, and readers of
labelled texts and word vectors.")
set(CPACK_COMPONENT_TAPEGRAD_LIBRARY_DESCRIPTION
    "tape-based autograd for training embeddings - shared library\n${about}
\nThis package has the shared library.")
set(CPACK_COMPONENT_TAPEGRAD_DEVELOPMENT_DESCRIPTION
    "tape-based autograd for training embeddings - development files\n${about}
\nThis package has the headers, the files of CMake and pkg-config, and the
double build for gradient checks.")
set(CPACK_COMPONENT_TAPEGRAD_PROGRAMS_DESCRIPTION
    "programs that train and use classifiers of texts\n${about}
\nThis package has the programs, train_sentiment, classify and others, and
data to try them on.")

set(CPACK_DEBIAN_TAPEGRAD_LIBRARY_PACKAGE_NAME libtapegrad${so_version})
set(CPACK_DEBIAN_TAPEGRAD_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_TAPEGRAD_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TAPEGRAD_LIBRARY_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/cmake/debian/triggers)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")

# Of the headers: xtensor. Of tapegrad::check, which is static: fmt and OpenBLAS.
set(CPACK_DEBIAN_TAPEGRAD_DEVELOPMENT_PACKAGE_NAME libtapegrad-dev)
set(CPACK_DEBIAN_TAPEGRAD_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_TAPEGRAD_DEVELOPMENT_PACKAGE_DEPENDS
    "libxtensor-dev, libfmt-dev, libopenblas-dev")
set(CPACK_COMPONENT_TAPEGRAD_DEVELOPMENT_DEPENDS tapegrad_library)

set(CPACK_DEBIAN_TAPEGRAD_PROGRAMS_PACKAGE_NAME tapegrad)
set(CPACK_DEBIAN_TAPEGRAD_PROGRAMS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_TAPEGRAD_PROGRAMS_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_TAPEGRAD_PROGRAMS_DEPENDS tapegrad_library)

# Debian's places of licence and changelogs, in each package; not installed otherwise.
file(READ LICENSE license)
string(REGEX REPLACE "\n+$" "" license "${license}")
string(REGEX REPLACE "\n" "\n " license " ${license}")
string(REGEX REPLACE "\n \n" "\n .\n" license "${license}")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # or SOURCE_DATE_EPOCH
set(debian_dir ${PROJECT_BINARY_DIR}/debian)
configure_file(cmake/debian/copyright.in ${debian_dir}/copyright @ONLY)
configure_file(cmake/debian/changelog.in ${debian_dir}/changelog.Debian @ONLY)
configure_file(CHANGELOG.md ${debian_dir}/changelog COPYONLY)
execute_process(COMMAND gzip -9nf changelog changelog.Debian WORKING_DIRECTORY ${debian_dir})
foreach(component name IN ZIP_LISTS CPACK_COMPONENTS_ALL names)
  install(FILES ${debian_dir}/copyright ${debian_dir}/changelog.gz ${debian_dir}/changelog.Debian.gz
          DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${name} COMPONENT ${component}
          EXCLUDE_FROM_ALL)
endforeach()

include(CPack)
