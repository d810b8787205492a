# Sourced by tests that put the shipped configuration behind the real nginx.
nginx=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx)

# FOLDER/nginx.conf, which has samples/nginx/mzigo.conf for the folder REPO at 127.0.0.1:PORT. To be started
# by: "$nginx" -p FOLDER -c nginx.conf
nginx_configure() { # FOLDER REPO PORT
    mkdir -p "$1/logs"
    sed -e "s|listen 80;|listen 127.0.0.1:$3;|" -e '/listen \[::\]/d' -e "s|root /srv/mzigo/repo;|root $2;|" \
        "$root/samples/nginx/mzigo.conf" >"$1/mzigo.conf"
    nginx_around "$1/mzigo.conf" "$1" >"$1/nginx.conf"
    # Run by root, nginx gives its workers to a user who may not look into this folder.
    [ "$(id -u)" != 0 ] || echo "user root;" >>"$1/nginx.conf"
}

# The whole configuration that INCLUDED is a part of, with all that is written in FOLDER.
nginx_around() { # INCLUDED FOLDER
    cat <<END
worker_processes 1;
daemon off;
pid $2/pid;
error_log $2/logs/error.log;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path $2/body;
    proxy_temp_path $2/proxy;
    fastcgi_temp_path $2/fastcgi;
    uwsgi_temp_path $2/uwsgi;
    scgi_temp_path $2/scgi;
    include $1;
}
END
}
