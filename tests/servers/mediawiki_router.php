<?php
// The addresses of Wikimedia Commons: /w/api.php, /wiki/File:…, and pictures below /images.
$root = getenv('MW_INSTALL');
$path = urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/');
if (str_starts_with($path, '/images/') && !str_contains($path, '..') && is_file(getenv('MW_FOLDER') . $path)) {
    header('Content-Type: image/png');
    readfile(getenv('MW_FOLDER') . $path);
    return true;
}
if (preg_match('~^/w/(api|index|load|rest)\.php$~', $path, $found)) {
    $script = "$found[1].php";
} elseif (preg_match('~^/wiki/(.+)$~', $path, $found)) {
    $script = 'index.php';
    $_GET['title'] = $_REQUEST['title'] = $found[1];
} else {
    http_response_code(404);
    header('Content-Type: text/plain');
    echo "Nothing is at $path.\n";
    return true;
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = "/w/$script";
$_SERVER['SCRIPT_FILENAME'] = "$root/$script";
unset($_SERVER['PATH_INFO']);
chdir($root);
require "$root/$script";
