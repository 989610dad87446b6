//! The configurations of the proxies, with the places of what a test chooses.

pub(crate) const NGINX: &str = r"# A listener and an upstream; everything else is nginx's default, but for how the test runs it, and what the last
# locations try.
daemon off;
master_process off;
pid @FOLDER@/nginx.pid;
error_log stderr error;
events {}
http {
    access_log off;
    client_body_temp_path @FOLDER@;
    proxy_temp_path @FOLDER@;
    fastcgi_temp_path @FOLDER@;
    uwsgi_temp_path @FOLDER@;
    scgi_temp_path @FOLDER@;
    @TUNED proxy_buffer_size 32k;
    @TUNED proxy_buffers 8 32k;
    @TUNED large_client_header_buffers 4 32k;
    server {
        listen 127.0.0.1:@PORT@;
        location / {
            proxy_pass http://127.0.0.1:@UPSTREAM@;
            proxy_set_header Host 127.0.0.1:@UPSTREAM@;
        }
        # Pages of somebody else, for which the application is asked.
        location = /ask {
            internal;
            proxy_pass http://127.0.0.1:@UPSTREAM@/api/session;
        }
        location = /asked {
            auth_request /ask;
            proxy_pass http://127.0.0.1:@UPSTREAM@/about;
        }
        location = /asked-and-passed-on {
            auth_request /ask;
            auth_request_set $set_cookie $upstream_http_set_cookie; add_header Set-Cookie $set_cookie always;
            proxy_pass http://127.0.0.1:@UPSTREAM@/about;
        }
        # Responses that nginx changes.
        location /own-pages/ {
            proxy_intercept_errors on;
            error_page 404 422 /own-page;
            proxy_pass http://127.0.0.1:@UPSTREAM@/;
        }
        location = /own-page {
            internal;
            return 200;
        }
        location /path/ {
            proxy_cookie_path / /path/;
            proxy_pass http://127.0.0.1:@UPSTREAM@/;
        }
        location /flags/ {
            proxy_cookie_flags ~ nosecure;
            proxy_pass http://127.0.0.1:@UPSTREAM@/;
        }
    }
}
";

pub(crate) const HAPROXY: &str = r"# A listener and a backend; everything else is haproxy's default.
global
    @TUNED tune.bufsize 32768

defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s

listen proxy
    bind 127.0.0.1:@PORT@
    http-request set-header Host 127.0.0.1:@UPSTREAM@
    server demo 127.0.0.1:@UPSTREAM@
";

pub(crate) const APACHE: &str = r"# A listener and a ProxyPass; everything else is Apache's default, but for how the test runs it.
ServerRoot /etc/apache2
ServerName localhost
User www-data
Group www-data
PidFile @FOLDER@/apache.pid
ErrorLog /dev/stderr
LogLevel crit
Listen 127.0.0.1:@PORT@
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
@TUNED LimitRequestFieldSize 32768
ProxyPass / http://127.0.0.1:@UPSTREAM@/
";

/// Follows [`APACHE`]: the rules of Debian's package, at the level from which they look for comments in SQL.
pub(crate) const MOD_SECURITY: &str = r#"
LoadModule unique_id_module /usr/lib/apache2/modules/mod_unique_id.so
LoadModule security2_module /usr/lib/apache2/modules/mod_security2.so
Include /etc/modsecurity/modsecurity.conf-recommended
SecRuleEngine On
SecAuditEngine Off
Include /etc/modsecurity/crs/crs-setup.conf
# For four full cookies.
LimitRequestFieldSize 32768
SecAction "id:900000,phase:1,nolog,pass,t:none,setvar:tx.paranoia_level=2"
Include /usr/share/modsecurity-crs/rules/*.conf
"#;

/// The lines after the rules with which a firewall does not look at sessions.
pub const UNSEEN: &str = r#"
SecRuleUpdateTargetByTag OWASP_CRS "!REQUEST_COOKIES:/^__Host-session/"
SecRuleUpdateTargetByTag OWASP_CRS "!ARGS:csrf_token"
"#;

pub(crate) const CADDY: &str = r"# A listener and a reverse proxy; everything else is Caddy's default.
{
	admin off
	auto_https off
}

http://127.0.0.1:@PORT@ {
	# Pages of somebody else, for which the application is asked.
	handle /asked {
		forward_auth 127.0.0.1:@UPSTREAM@ {
			uri /api/session
			header_up Host 127.0.0.1:@UPSTREAM@
			copy_headers Set-Cookie
		}
		rewrite * /about
		reverse_proxy 127.0.0.1:@UPSTREAM@
	}
	handle /asked-and-passed-on {
		reverse_proxy 127.0.0.1:@UPSTREAM@ {
			method GET
			rewrite /api/session
			header_up X-Forwarded-Method {method}
			header_up X-Forwarded-Uri {uri}
			header_up Host 127.0.0.1:@UPSTREAM@
			@good status 2xx
			handle_response @good {
				copy_response_headers {
					include Set-Cookie
				}
				rewrite * /about
				reverse_proxy 127.0.0.1:@UPSTREAM@
			}
		}
	}
	handle {
		reverse_proxy 127.0.0.1:@UPSTREAM@ {
			header_up Host 127.0.0.1:@UPSTREAM@
		}
	}
}
";

pub(crate) const TRAEFIK: &str = r#"# A router and a service; everything else is Traefik's default, but for how the test runs it, and what the first routers try.
http:
  routers:
    # Pages of somebody else, for which the application is asked.
    asked:
      rule: Path(`/asked`)
      priority: 2
      middlewares: [asks, about]
      service: demo
    asked-and-passed-on:
      rule: Path(`/asked-and-passed-on`)
      priority: 2
      middlewares: [asks-and-passes-on, about]
      service: demo
    demo:
      rule: PathPrefix(`/`)
      priority: 1
      service: demo
  middlewares:
    asks:
      forwardAuth:
        address: http://127.0.0.1:@UPSTREAM@/api/session
    asks-and-passes-on:
      forwardAuth:
        address: http://127.0.0.1:@UPSTREAM@/api/session
        addAuthCookiesToResponse: [__Host-session, __Host-session.1]
    about:
      replacePath:
        path: /about
  services:
    demo:
      loadBalancer:
        passHostHeader: false
        servers:
          - url: http://127.0.0.1:@UPSTREAM@
"#;

pub(crate) const VARNISH: &str = r#"vcl 4.1;

# A backend; everything else is Varnish's default.
backend demo {
    .host = "127.0.0.1";
    .port = "@UPSTREAM@";
}

sub vcl_recv {
    set req.http.Host = "127.0.0.1:@UPSTREAM@";
}

# Stores what is private, as a mistaken rule does.
sub vcl_backend_fetch {
    if (bereq.url ~ "^/stored/") {
        set bereq.url = regsub(bereq.url, "^/stored", "");
        set bereq.http.x-stored = "yes";
    }
}

sub vcl_backend_response {
    if (bereq.http.x-stored) {
        set beresp.ttl = 60s;
        return (deliver);
    }
}
"#;
